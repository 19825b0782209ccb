//! The user's expressions with the graph's names in them.
//!
//! A name of the graph behaves like a Rust local of its own type. What really stands there depends on where the
//! expression is evaluated: a local that may be given away, one that is read again, or a part of the run's state.

use super::plan::{Plan, local};
use crate::output::{at, call, respan};
use loomflow_graph::grammar::{
    names::{Name, Names, Use, rewrite, single},
    program::{Carry, FrameId, Meaning, Subject, ValueId},
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use syn::{Expr, spanned::Spanned};

/// How a name is held where an expression is evaluated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// A local that nothing reads behind the expression.
    Owned,
    /// A local that is read again.
    Kept,
    /// A slot that nothing reads behind the expression.
    Slot,
    /// A reference to what is read again.
    Ref,
}

/// What an expression may read, and from where.
#[derive(Clone, Copy)]
pub(super) struct Place<'p, 'a> {
    pub(super) scope: Option<FrameId>,
    pub(super) carry: &'p Carry<'a>,
}

/// Something of the user's that is put together here: expressions, and bare names as arguments.
pub(super) enum Item<'p, 'a> {
    /// An expression whose value is used so.
    Expr(&'p Expr, Use),
    /// What an edge carries.
    Carried(&'p Subject<'a>, Span),
    /// What an arm binds.
    Binding(FrameId, &'p Ident, Span),
}

/// How often each thing is named in some items, and which frames they stand on.
#[derive(Default)]
struct Uses {
    values: HashMap<ValueId, usize>,
    bindings: HashMap<(FrameId, String), usize>,
    frames: BTreeSet<FrameId>,
}

/// Writes items at one place.
pub(super) struct Writer<'w, 'a> {
    plan: &'w Plan<'w, 'a>,
    place: Place<'w, 'a>,
    hold: &'w dyn Fn(ValueId) -> Hold,
    uses: Uses,
    /// How the bindings of each frame are held.
    frames: BTreeMap<FrameId, Hold>,
    /// The frame of the arm whose guard is written.
    guarded: Option<FrameId>,
}

impl<'w, 'a> Writer<'w, 'a> {
    pub(super) fn new(
        plan: &'w Plan<'w, 'a>,
        place: Place<'w, 'a>,
        hold: &'w dyn Fn(ValueId) -> Hold,
        items: &[Item<'_, 'a>],
    ) -> Self {
        let mut uses = Uses::default();
        for item in items {
            count(plan, place, item, &mut uses);
        }
        let mut writer = Writer { plan, place, hold, uses, frames: BTreeMap::new(), guarded: None };
        let used: Vec<FrameId> = writer.uses.frames.iter().copied().collect();
        for frame in used {
            let hold = writer.frame_hold(frame);
            writer.frames.insert(frame, hold);
        }
        writer
    }

    /// The bindings of a frame can be taken where nothing else reads what was matched.
    fn frame_hold(&self, frame: FrameId) -> Hold {
        match self.plan.program.frames[frame].on {
            Subject::Value(value)
                if matches!((self.hold)(value), Hold::Owned | Hold::Slot) && self.uses.values[&value] == 1 =>
            {
                Hold::Slot
            }
            // What an expression gives is made anew each time, so its parts can be taken.
            Subject::Expr(expr, ..) if !is_place(expr) => Hold::Slot,
            Subject::Item(fork) => self.plan.item_hold(fork),
            _ => Hold::Ref,
        }
    }

    /// The same writer for the guard of an arm, which stands within the match of its own frame.
    pub(super) fn guarding(mut self, frame: Option<FrameId>) -> Self {
        self.guarded = frame;
        if let Some(frame) = frame {
            let native = matches!(&self.plan.program.frames[frame].on, Subject::Expr(expr, ..) if !is_place(expr));
            self.frames.insert(frame, if native { Hold::Kept } else { Hold::Ref });
        }
        self
    }

    /// Puts the matches around some code that bind what it reads.
    pub(super) fn within_frames(&self, mut code: TokenStream) -> TokenStream {
        let rt = self.plan.rt();
        for (&frame, &hold) in self.frames.iter().rev().filter(|(frame, _)| Some(**frame) != self.guarded) {
            let item = &self.plan.program.frames[frame];
            let pat = self.plan.pattern(frame);
            let on = match (&item.on, hold) {
                // What an item is bound to stands in its branch already.
                (Subject::Item(_) | Subject::Tuple(_), _) => continue,
                (Subject::Value(value), Hold::Slot) => {
                    let name = local(&self.plan.program.values[*value].name);
                    if (self.hold)(*value) == Hold::Slot { quote!(#name.take()) } else { quote!(#name) }
                }
                (Subject::Value(value), _) => {
                    let on = self.value_place(*value, &self.plan.program.values[*value].name);
                    quote!(&#on)
                }
                (Subject::Expr(expr, scope, carry), hold) => {
                    let on = self.expr_at(expr, Use::Place, Place { scope: *scope, carry });
                    if hold == Hold::Slot { quote!(#on) } else { quote!(&(#on)) }
                }
            };
            let slots = (hold == Hold::Slot).then(|| {
                let used = item.names.iter().filter(|name| self.uses.bindings.contains_key(&(frame, name.to_string())));
                let used: Vec<_> = used.map(|name| self.plan.binding(frame, name)).collect();
                quote!(#(let #used = &mut #rt::Slot::new(#used);)*)
            });
            code = quote! {
                match #on {
                    #pat => { #slots #code }
                    _ => return #rt::Err(#rt::changed()),
                }
            };
        }
        code
    }

    /// An expression.
    pub(super) fn expr(&self, expr: &Expr, how: Use) -> TokenStream {
        self.expr_at(expr, how, self.place)
    }

    fn expr_at(&self, expr: &Expr, how: Use, place: Place<'_, 'a>) -> TokenStream {
        rewrite(expr, how, &mut Rewriting { writer: self, place }).into_token_stream()
    }

    /// A bare name as an argument of `step`.
    pub(super) fn argument(&self, item: &Item<'_, 'a>, step: &TokenStream) -> TokenStream {
        let rt = self.plan.rt();
        let bare = |name: Ident, hold: Hold, single: bool, span: Span| {
            // rustc points at the span of the whole call for a bound that does not hold; the name keeps its own, for it may
            // come from another macro.
            let lent = |name: TokenStream| call(quote!(#rt::Lent::<_, #step>::lent), name, span);
            match hold {
                Hold::Slot if single => {
                    call(quote!(#rt::Last::<_, #step>::last), quote_spanned!(at(span)=> &mut *#name), span)
                }
                Hold::Slot => lent(quote_spanned!(at(span)=> #name.get())),
                Hold::Ref => lent(quote_spanned!(at(span)=> &*#name)),
                Hold::Owned | Hold::Kept => lent(quote_spanned!(at(span)=> &#name)),
            }
        };
        match item {
            Item::Expr(expr, how) => match single(expr).and_then(|name| Some((name, self.meaning(name)?))) {
                Some((name, Meaning::Value(value))) => {
                    bare(local(name), (self.hold)(value), self.is_single(value), name.span())
                }
                Some((name, Meaning::Binding(frame))) => {
                    let bound = self.plan.binding(frame, name);
                    bare(bound, self.frames[&frame], self.is_single_binding(frame, name), name.span())
                }
                None if matches!(expr, Expr::Infer(_)) => match self.place.carry {
                    Carry::One(subject) => self.argument(&Item::Carried(subject, expr.span()), step),
                    Carry::Many(_) | Carry::Nothing => TokenStream::new(),
                },
                // A part of a value is lent as the value itself would be.
                None if self.is_part(expr) => {
                    let place = self.expr(expr, Use::Place);
                    call(quote!(#rt::Lent::<_, #step>::lent), quote_spanned!(at(expr.span())=> &#place), expr.span())
                }
                None => self.expr(expr, *how),
            },
            Item::Carried(Subject::Value(value), span) => {
                let name = local(&self.plan.program.values[*value].name);
                bare(spanned(&name, *span), (self.hold)(*value), self.is_single(*value), *span)
            }
            Item::Carried(Subject::Expr(expr, scope, carry), _) => {
                self.expr_at(expr, Use::Value, Place { scope: *scope, carry })
            }
            // Put together here, it is lent or given as a value that nothing reads later.
            Item::Carried(Subject::Tuple(_), span) => {
                let tuple = self.value(item);
                let slot = quote_spanned!(at(*span)=> &mut #rt::Slot::new(#tuple));
                call(quote!(#rt::Last::<_, #step>::last), slot, *span)
            }
            Item::Carried(Subject::Item(_), _) => self.value(item),
            Item::Binding(frame, name, span) => {
                let bound = spanned(&self.plan.binding(*frame, name), *span);
                bare(bound, self.frames[frame], self.is_single_binding(*frame, name), *span)
            }
        }
    }

    /// What an item is as a value of its own type.
    pub(super) fn value(&self, item: &Item<'_, 'a>) -> TokenStream {
        match item {
            Item::Expr(expr, how) => self.expr(expr, *how),
            Item::Carried(Subject::Value(value), span) => {
                let name = spanned(&self.plan.program.values[*value].name, *span);
                self.value_use(*value, &name, Use::Value)
            }
            Item::Carried(Subject::Expr(expr, scope, carry), _) => {
                self.expr_at(expr, Use::Value, Place { scope: *scope, carry })
            }
            Item::Carried(Subject::Tuple(parts), span) => {
                let parts = parts.iter().map(|part| self.value(&Item::Carried(part, *span)));
                quote!((#(#parts,)*))
            }
            Item::Carried(Subject::Item(_), _) => TokenStream::new(),
            Item::Binding(frame, name, span) => self.binding_use(*frame, &spanned(name, *span), Use::Value),
        }
    }

    /// Whether an expression is a part of a value: `plan.title`, `pair.0`, `list[0]`.
    fn is_part(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Field(field) => self.is_part(&field.base) || self.is_whole(&field.base),
            Expr::Index(index) => self.is_part(&index.expr) || self.is_whole(&index.expr),
            Expr::Group(group) => self.is_part(&group.expr),
            _ => false,
        }
    }

    fn is_whole(&self, expr: &Expr) -> bool {
        single(expr).is_some_and(|name| self.meaning(name).is_some())
    }

    fn meaning(&self, name: &Ident) -> Option<Meaning> {
        self.plan.program.resolve(self.place.scope, name)
    }

    fn is_single(&self, value: ValueId) -> bool {
        self.uses.values.get(&value) == Some(&1)
    }

    fn is_single_binding(&self, frame: FrameId, name: &Ident) -> bool {
        self.uses.bindings.get(&(frame, name.to_string())) == Some(&1)
    }

    fn value_place(&self, value: ValueId, name: &Ident) -> TokenStream {
        place_of((self.hold)(value), &local(name))
    }

    fn value_use(&self, value: ValueId, name: &Ident, how: Use) -> TokenStream {
        self.used((self.hold)(value), &local(name), how, self.is_single(value))
    }

    fn binding_use(&self, frame: FrameId, name: &Ident, how: Use) -> TokenStream {
        let single = self.is_single_binding(frame, name);
        self.used(self.frames[&frame], &self.plan.binding(frame, name), how, single)
    }

    fn used(&self, hold: Hold, name: &Ident, how: Use, single: bool) -> TokenStream {
        match (how, hold) {
            (Use::Place, _) => place_of(hold, name),
            (Use::Value, Hold::Owned) if single => name.to_token_stream(),
            (Use::Value, Hold::Slot) if single => {
                let take = quote_spanned!(name.span()=> .take());
                quote!(#name #take)
            }
            _ => self.again(&place_of(hold, name), name.span()),
        }
    }

    fn again(&self, place: &TokenStream, span: Span) -> TokenStream {
        let again = respan(self.plan.rt().clone(), at(span));
        quote_spanned!(at(span)=> #again::Again::again(&#place))
    }
}

// In the user's own context, so that rustc underlines all of an expression that begins or ends with a name.
fn place_of(hold: Hold, name: &Ident) -> TokenStream {
    let span = name.span();
    match hold {
        Hold::Owned | Hold::Kept => name.to_token_stream(),
        Hold::Slot => quote_spanned!(span=> (*#name.get())),
        Hold::Ref => quote_spanned!(span=> (*#name)),
    }
}

/// Whether an expression names a place, which a match by value would take something out of.
pub(super) fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Field(_) | Expr::Index(_) | Expr::Path(_) | Expr::Infer(_) | Expr::Reference(_) => true,
        Expr::Unary(unary) => matches!(unary.op, syn::UnOp::Deref(_)),
        Expr::Paren(paren) => is_place(&paren.expr),
        Expr::Group(group) => is_place(&group.expr),
        _ => false,
    }
}

fn spanned(name: &Ident, span: Span) -> Ident {
    let mut name = name.clone();
    // Only the place changes: the name must go on meaning what it means where it was declared.
    name.set_span(name.span().located_at(span));
    name
}

struct Rewriting<'w, 'p, 'a> {
    writer: &'w Writer<'p, 'a>,
    place: Place<'w, 'a>,
}

impl Names for Rewriting<'_, '_, '_> {
    fn knows(&self, name: &Ident) -> bool {
        self.writer.plan.program.resolve(self.place.scope, name).is_some()
    }

    fn read(&mut self, name: Name<'_>, how: Use) -> Option<Expr> {
        let writer = self.writer;
        let code = match name {
            Name::Named(name) => match writer.plan.program.resolve(self.place.scope, name)? {
                Meaning::Value(value) => writer.value_use(value, name, how),
                Meaning::Binding(frame) => writer.binding_use(frame, name, how),
            },
            Name::Carried(span) => {
                let value = match self.place.carry {
                    Carry::One(Subject::Value(value)) => *value,
                    Carry::One(Subject::Expr(expr, scope, carry)) => {
                        let code = writer.expr_at(expr, how, Place { scope: *scope, carry });
                        return Some(Expr::Verbatim(quote!((#code))));
                    }
                    Carry::One(other) => return Some(Expr::Verbatim(writer.value(&Item::Carried(other, span)))),
                    Carry::Many(_) | Carry::Nothing => return None,
                };
                let name = spanned(&writer.plan.program.values[value].name, span);
                writer.value_use(value, &name, how)
            }
        };
        Some(Expr::Verbatim(code))
    }

    fn again(&self, place: Expr) -> Expr {
        let span = place.span();
        Expr::Verbatim(self.writer.again(&place.into_token_stream(), span))
    }

    fn refuse(&mut self, _: Span, _: &str) {}
}

/// Counts what an item names, what it stands on included.
fn count<'a>(plan: &Plan<'_, 'a>, place: Place<'_, 'a>, item: &Item<'_, 'a>, uses: &mut Uses) {
    match item {
        Item::Expr(expr, _) => count_expr(plan, place, expr, uses),
        Item::Carried(subject, _) => count_subject(plan, subject, uses),
        Item::Binding(frame, name, _) => count_binding(plan, *frame, name, uses),
    }
}

fn count_expr<'a>(plan: &Plan<'_, 'a>, place: Place<'_, 'a>, expr: &Expr, uses: &mut Uses) {
    struct Counting<'c, 'p, 'a> {
        plan: &'c Plan<'p, 'a>,
        place: Place<'c, 'a>,
        uses: &'c mut Uses,
    }
    impl Names for Counting<'_, '_, '_> {
        fn knows(&self, name: &Ident) -> bool {
            self.plan.program.resolve(self.place.scope, name).is_some()
        }
        fn read(&mut self, name: Name<'_>, _: Use) -> Option<Expr> {
            match name {
                Name::Named(name) => match self.plan.program.resolve(self.place.scope, name)? {
                    Meaning::Value(value) => *self.uses.values.entry(value).or_default() += 1,
                    Meaning::Binding(frame) => count_binding(self.plan, frame, name, self.uses),
                },
                Name::Carried(_) => match self.place.carry {
                    Carry::One(subject) => count_subject(self.plan, subject, self.uses),
                    Carry::Many(subjects) => {
                        for subject in subjects {
                            count_subject(self.plan, subject, self.uses);
                        }
                    }
                    Carry::Nothing => {}
                },
            }
            None
        }
        fn again(&self, place: Expr) -> Expr {
            place
        }
        fn refuse(&mut self, _: Span, _: &str) {}
    }
    rewrite(expr, Use::Value, &mut Counting { plan, place, uses });
}

fn count_subject<'a>(plan: &Plan<'_, 'a>, subject: &Subject<'a>, uses: &mut Uses) {
    match subject {
        Subject::Value(value) => *uses.values.entry(*value).or_default() += 1,
        Subject::Expr(expr, scope, carry) => count_expr(plan, Place { scope: *scope, carry }, expr, uses),
        Subject::Item(_) => {}
        Subject::Tuple(parts) => parts.iter().for_each(|part| count_subject(plan, part, uses)),
    }
}

fn count_binding(plan: &Plan<'_, '_>, frame: FrameId, name: &Ident, uses: &mut Uses) {
    *uses.bindings.entry((frame, name.to_string())).or_default() += 1;
    if uses.frames.insert(frame) {
        count_subject(plan, &plan.program.frames[frame].on, uses);
    }
}
