//! The branches of a fork as futures: each with states of its own, which it goes through by itself up to where it joins
//! its siblings or leaves the workflow.

use super::{
    expr::{Hold, Item, Place, is_place},
    plan::{Held, Plan, state_type},
    told::sets,
    transition::{Leaf, Ways, write_with},
    work::{Work, counter},
};
use crate::output::{at, call, respan};
use loomflow_graph::{
    flow::PointId,
    grammar::{
        names::Use,
        program::{ForkId, ForkKind, FrameId, Kind, RegionId, ValueId},
    },
};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Expr, Pat, spanned::Spanned};

/// The futures of all branches, put together and wrapped by `around`.
pub(super) fn branches(
    plan: &Plan<'_, '_>,
    point: PointId,
    id: ForkId,
    around: impl Fn(TokenStream) -> TokenStream,
) -> TokenStream {
    let rt = plan.rt();
    let fork = &plan.program.forks[id];
    let lent = lent(plan, point);
    // A `fail(…)` in a branch says which node led there; of those before the fork its driver knows.
    let near = (plan.program.points[point].region == 0).then(|| quote!(let __near = __at.place;));
    let awaited = match &fork.kind {
        ForkKind::All | ForkKind::First => {
            let list = fork.regions.iter().enumerate().rev().fold(quote!(#rt::NoBranch), |rest, (number, &region)| {
                let branch = branch(plan, region, &quote!(#number), &TokenStream::new());
                let works = works(plan, region);
                quote!(#rt::Branch::new(#branch, #works, #rest))
            });
            let run = if let ForkKind::First = fork.kind { quote!(#rt::first) } else { quote!(#rt::all) };
            around(quote!(#run(__driver, __at, #list)))
        }
        ForkKind::Each { .. } => over_items(plan, point, id, around),
    };
    quote!({ #near #lent #awaited })
}

/// The future of a fork over items, wrapped by `around`.
fn over_items(
    plan: &Plan<'_, '_>,
    point: PointId,
    id: ForkId,
    around: impl Fn(TokenStream) -> TokenStream,
) -> TokenStream {
    let (rt, fork) = (plan.rt(), &plan.program.forks[id]);
    let ForkKind::Each { pat, frame, items, at_once } = fork.kind else { return TokenStream::new() };
    let here = &plan.program.points[point];
    let place = Place { scope: here.scope, carry: &here.carry };
    let read: Vec<Item<'_, '_>> =
        std::iter::once(items).chain(at_once).map(|expr| Item::Expr(expr, Use::Value)).collect();
    let branch = branch(plan, fork.regions[0], &quote!(__index), &bound(plan, id, pat, frame));
    write_with(plan, place, &|_| Hold::Ref, &read, |writer| {
        let lent = is_place(items);
        let lazy = lent || matches!(items, Expr::Range(_) | Expr::Array(_));
        let span = items.span();
        let items = match plan.taken_items(id) {
            Some(value) => {
                let name = plan.name(Held::Value(value));
                quote!(#name.take())
            }
            None if lent => {
                let place = writer.expr(items, Use::Place);
                // `&all` is lent as it is written.
                if let Expr::Reference(_) = items { place } else { quote!(&#place) }
            }
            None => writer.expr(items, Use::Value),
        };
        let sorted = respan(quote!(.plain().sorted()), at(span));
        let items = call(quote!(#rt::Items), items, span);
        let items = quote!(#items #sorted);
        let items = if lazy { items } else { call(quote!(#rt::listed), items, span) };
        let at_once = match at_once {
            Some(number) => {
                let count = call(quote!(#rt::Count::count), writer.expr(number, Use::Value), number.span());
                quote!(#rt::Some(#count))
            }
            None => quote!(#rt::None),
        };
        let closure = quote_spanned!(at(span)=> move |__index: usize, __item| #branch);
        let run = call(quote!(#rt::each), quote!(__driver, __at, #items, #at_once, #closure), span);
        writer.within_frames(around(run))
    })
}

impl Plan<'_, '_> {
    /// Whether the items of a fork are lent to its branches: those of a place that is read again are.
    fn lends_items(&self, id: ForkId) -> bool {
        let items = match self.program.forks[id].kind {
            ForkKind::Each { items, .. } => items,
            ForkKind::All | ForkKind::First => return false,
        };
        is_place(items) && self.taken_items(id).is_none()
    }

    /// How a branch holds what an item is bound to: what is its own and read once may be taken there.
    pub(super) fn item_hold(&self, id: ForkId) -> Hold {
        if self.lends_items(id) {
            return Hold::Ref;
        }
        let fork = &self.program.forks[id];
        match fork.kind {
            ForkKind::Each { frame: Some(frame), .. } if self.is_read_once(frame, fork.regions[0]) => Hold::Slot,
            // Branches within the branch may read it too.
            _ => Hold::Ref,
        }
    }
}

/// Binds an item as its branch holds it.
fn bound(plan: &Plan<'_, '_>, id: ForkId, pat: &Pat, frame: Option<FrameId>) -> TokenStream {
    let rt = plan.rt();
    let Some(frame) = frame else { return quote!(let #pat = __item;) };
    let pat = plan.pattern(frame);
    let names = plan.program.frames[frame].names.iter().map(|name| plan.binding(frame, name));
    let held = names.map(|name| match plan.item_hold(id) {
        Hold::Slot => quote!(let #name = &mut #rt::Slot::new(#name);),
        _ if plan.lends_items(id) => quote!(let #name = #rt::Bound(&#name).lent();),
        _ => quote!(let #name = &#name;),
    });
    quote!(let #pat = __item; #(#held)*)
}

/// What a fork holds and does not hand over is lent to all of its branches.
fn lent(plan: &Plan<'_, '_>, point: PointId) -> TokenStream {
    let lent = plan.held_at(point).into_iter().filter_map(|held| match held {
        Held::Value(value) if !plan.consumes(point, value) => Some(plan.name(held)),
        _ => None,
    });
    quote!(#(let #lent = &*#lent;)*)
}

/// Whether a branch does more than wait.
fn works(plan: &Plan<'_, '_>, region: RegionId) -> TokenStream {
    let rt = plan.rt();
    let inside = |point: &PointId| plan.program.is_within(plan.program.points[*point].region, region);
    let (mut sleeps, mut steps) = (false, Vec::new());
    for point in plan.states.iter().filter(|point| inside(point)) {
        match plan.program.points[*point].kind {
            Kind::Sleep(_) => sleeps = true,
            Kind::Call(node, ..) => steps.push(plan.step(node)),
            _ => {}
        }
    }
    if steps.is_empty() {
        return quote!(!#sleeps);
    }
    quote!(!(#(<#steps as #rt::Step>::WAITS)&&*))
}

#[derive(Clone, Copy)]
struct Entry<'p>(&'p TokenStream);

impl Leaf for Entry<'_> {
    fn go(&self, state: TokenStream) -> TokenStream {
        state
    }
    fn end(&self, output: TokenStream) -> TokenStream {
        let rt = self.0;
        quote!({ let __output = #output; return #rt::Ok(#rt::Leave::Exit(#rt::Ok(__output))) })
    }
    fn fail(&self, failure: TokenStream) -> TokenStream {
        let rt = self.0;
        quote!(return #rt::Ok(#rt::Leave::Exit(#rt::Err(#rt::near(#failure, __near)))))
    }
    fn exit(&self, outcome: TokenStream) -> TokenStream {
        let rt = self.0;
        quote!(return #rt::Ok(#rt::Leave::Exit(#outcome)))
    }
    fn broken(&self, failure: TokenStream) -> TokenStream {
        let rt = self.0;
        quote!(return #rt::Err(#failure))
    }
    fn join(&self, given: TokenStream) -> TokenStream {
        let rt = self.0;
        quote!({ let __given = #given; return #rt::Ok(#rt::Leave::Join(__given)) })
    }
}

#[derive(Clone, Copy)]
struct Round<'p>(Entry<'p>);

impl Leaf for Round<'_> {
    fn go(&self, state: TokenStream) -> TokenStream {
        quote!({ *__state = #state; continue; })
    }
    fn end(&self, output: TokenStream) -> TokenStream {
        self.0.end(output)
    }
    fn fail(&self, failure: TokenStream) -> TokenStream {
        self.0.fail(failure)
    }
    fn exit(&self, outcome: TokenStream) -> TokenStream {
        self.0.exit(outcome)
    }
    fn broken(&self, failure: TokenStream) -> TokenStream {
        self.0.broken(failure)
    }
    fn join(&self, given: TokenStream) -> TokenStream {
        self.0.join(given)
    }
}

/// The future of a branch; `item` binds what a fork over items hands it.
fn branch(plan: &Plan<'_, '_>, region: RegionId, number: &TokenStream, item: &TokenStream) -> TokenStream {
    let rt = plan.rt();
    let output = plan.signature.output;
    let entry = plan.program.regions[region].entry;
    let imports = plan.layouts[region].imports.iter().map(|import| {
        let name = plan.name(Held::Value(import.value));
        let told = sets(plan, Held::Value(import.value), &quote!(Outer));
        if import.moved {
            quote!(let #name = #name.take(); #told)
        } else {
            quote!(let #name = #rt::Again::again(&*#name); #told)
        }
    });
    let counters = plan.held_behind(entry, 0).into_iter().filter_map(|held| match held {
        Held::Counter(_) => Some(counter(plan, held)),
        Held::Value(_) => None,
    });
    let begin = Ways { plan, leaf: Entry(rt) }.from(entry);
    let points: Vec<PointId> = plan.states_of(region).collect();
    let gone = plan.states.len();
    let before = quote! {
        #item
        let mut __here = #rt::At { scope: __scope, turn: 0, place: &__PLACES[#gone] };
    };
    let body = if points.is_empty() {
        quote! {
            let __at = &__here;
            #(#imports)*
            #(#counters)*
            #begin
        }
    } else {
        let states = state_type(region);
        let generics = plan.signature.ast.generics.split_for_impl().1;
        let leaf = Round(Entry(rt));
        let arms = points.iter().map(|&point| Work { plan, leaf }.arm(point));
        let places = points.iter().map(|&point| {
            let place = plan.state_index(point);
            let name = plan.state_name(place);
            quote!(#states::#name { .. } => &__PLACES[#place],)
        });
        quote! {
            let mut __near = __near;
            let mut __states: #states #generics = {
                let __at = &__here;
                #(#imports)*
                match #rt::Driver::restored(__driver, __at, &__PLACES) {
                    #rt::None => {
                        #(#counters)*
                        #begin
                    }
                    #rt::Some(mut __from) => match #states::__restore(&mut __from) {
                        #rt::Ok(__state) => __state,
                        #rt::Err(__unfit) => return #rt::Err(#rt::Driver::unfit(__driver, __at, __unfit)),
                    },
                }
            };
            __here.turn = #rt::Driver::turns(__driver, &__here);
            let __state = &mut __states;
            loop {
                __here.place = match __state { #(#places)* #states::__Gone(_) => &__PLACES[#gone] };
                __here.turn += 1;
                if !__here.place.node.is_empty() {
                    __near = __here.place;
                }
                let __at = &__here;
                #rt::Driver::entered(__driver, __at, &*__state);
                match __state {
                    #(#arms)*
                    #states::__Gone(_) => return #rt::Err(#rt::lost()),
                }
            }
        }
    };
    let given = if plan.program.regions[region].join.is_some() { quote!(_) } else { quote!(()) };
    quote! {
        #rt::branch::<#output, #given, _>({
            let __scope = #rt::Driver::branch(__driver, __at, #number);
            async move {
                #before
                #body
            }
        })
    }
}

/// The arms of what a fork's branches give when they join.
pub(super) fn joined<L: Leaf + Copy>(work: &Work<'_, '_, L>, point: PointId, id: ForkId) -> TokenStream {
    let (plan, rt) = (work.plan, work.plan.rt());
    let fork = &plan.program.forks[id];
    let result = |value: ValueId, given: &TokenStream| {
        if !plan.held_behind(point, 0).contains(&Held::Value(value)) {
            return TokenStream::new();
        }
        let (name, ty) = (plan.name(Held::Value(value)), plan.ty(value));
        let source =
            if plan.program.is_for_items(fork.regions[0]) && !fork.tried { quote!(Items) } else { quote!(New) };
        let told = sets(plan, Held::Value(value), &source);
        quote!(let #name: #ty = #given; #told)
    };
    // What a branch hands on stands in locals of the values' names.
    let handed = |number: usize, way: usize| -> TokenStream {
        let behind = plan.held_behind(point, way);
        let exports = plan.layouts[fork.regions[number]].exports.iter().map(|&value| Held::Value(value));
        exports.filter(|held| behind.contains(held)).map(|held| sets(plan, held, &quote!(Branch(#number)))).collect()
    };
    match (&fork.kind, fork.result) {
        (ForkKind::First, _) => {
            let arms = fork.regions.iter().enumerate().map(|(way, &region)| {
                let exports = plan.exports(region);
                let which =
                    (0..way).fold(quote!(#rt::Which::This(#exports)), |which, _| quote!(#rt::Which::Rest(#which)));
                let onward = work.go_on(point, way, &handed(way, way));
                quote!(#rt::Leave::Join(#which) => { #onward })
            });
            quote!(#(#arms)*)
        }
        (ForkKind::All, None) => {
            let given = fork.regions.iter().rev().fold(quote!(()), |rest, &region| {
                let exports = plan.exports(region);
                quote!((#exports, #rest))
            });
            let told: TokenStream = (0..fork.regions.len()).map(|number| handed(number, 0)).collect();
            let onward = work.go_on(point, 0, &told);
            quote!(#rt::Leave::Join(#given) => { #onward })
        }
        (ForkKind::Each { .. }, Some(value)) => {
            let onward = work.go_on(point, 0, &result(value, &quote!(__given)));
            quote!(#rt::Leave::Join(__given) => { #onward })
        }
        (ForkKind::All, Some(value)) => {
            // Nested pairs that end in `()`, as one value or a tuple of several.
            let names: Vec<_> = (0..fork.regions.len()).map(|index| quote::format_ident!("__given{index}")).collect();
            let pairs = names.iter().rev().fold(quote!(()), |rest, name| quote!((#name, #rest)));
            let given = match names.as_slice() {
                [one] => quote!(#one),
                many => quote!((#(#many,)*)),
            };
            let given = quote!(#rt::Result::map(__given, |#pairs| #given));
            let onward = work.go_on(point, 0, &result(value, &given));
            quote!(#rt::Leave::Join(__given) => { #onward })
        }
        (ForkKind::Each { .. }, None) => TokenStream::new(),
    }
}
