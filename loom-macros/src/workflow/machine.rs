//! The states of a workflow and the turns between them.

use super::{
    expr::{Hold, Item, Place, Writer},
    plan::{Held, Plan},
    transition::{Leaf, Ways, consumed, declarations},
};
use crate::output::{at, respan};
use loomflow_graph::{
    flow::{NodeId, PointId},
    grammar::{
        ast::Call,
        names::Use,
        program::{Bare, Carry, Kind, Origin, ValueId},
    },
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Lifetime, spanned::Spanned};

/// The enum of the states: a variant for each place a run can be at, with what is still read from there.
pub(super) fn states(plan: &Plan<'_, '_>) -> TokenStream {
    let rt = plan.rt();
    let generics = &plan.signature.ast.generics;
    let predicates = plan.signature.predicates();
    let variants = plan.states.iter().enumerate().map(|(index, &point)| {
        let name = plan.state_name(index);
        let consumed = consumed(plan, point);
        let fields = plan.held_at(point).into_iter().map(|held| {
            let field = plan.name(held);
            match held {
                Held::Value(value) => {
                    let ty = plan.ty(value);
                    if consumed(value) { quote!(#field: #rt::Slot<#ty>) } else { quote!(#field: #ty) }
                }
                Held::Counter(_) => quote!(#field: u64),
            }
        });
        quote!(#name { #(#fields),* })
    });
    // `__Gone` stands while a turn has the state's parts in hand, and names the type parameters no state may hold.
    let types = plan.signature.type_params();
    let (params, where_clause) = (&generics.params, quote!(where #predicates));
    quote! {
        pub enum __State<#params> #where_clause { #(#variants,)* __Gone(#rt::PhantomData<fn() -> (#(#types,)*)>) }
    }
}

/// The static places, and the function from a state to its own.
pub(super) fn places(plan: &Plan<'_, '_>) -> (TokenStream, TokenStream) {
    let rt = plan.rt();
    let workflow = plan.signature.name().to_string();
    let count = plan.states.len() + 1;
    let places = plan.states.iter().map(|&point| {
        let node = match &plan.program.points[point].kind {
            Kind::Call(node, ..) => unraw(plan.program.nodes[*node].name),
            _ => String::new(),
        };
        quote!(#rt::Place { workflow: #workflow, node: #node })
    });
    let arms = (0..plan.states.len()).map(|index| {
        let name = plan.state_name(index);
        quote!(__State::#name { .. } => &__PLACES[#index],)
    });
    let gone = count - 1;
    (
        quote! {
            static __PLACES: [#rt::Place; #count] = [#(#places,)* #rt::Place { workflow: #workflow, node: "" }];
        },
        quote! { match __state { #(#arms)* __State::__Gone(_) => &__PLACES[#gone], } },
    )
}

pub(super) fn unraw(name: &Ident) -> String {
    use syn::ext::IdentExt;
    name.unraw().to_string()
}

struct Begin<'p>(&'p TokenStream);

impl Leaf for Begin<'_> {
    fn go(&self, state: TokenStream) -> TokenStream {
        let rt = self.0;
        quote!(#rt::Ok(#rt::Flow::Go(#state)))
    }
    fn end(&self, output: TokenStream) -> TokenStream {
        let rt = self.0;
        quote!({ let __output = #output; #rt::Ok(#rt::Flow::End(__output)) })
    }
}

/// The body of `begin`: the inputs stand in locals of their names.
pub(super) fn begin(plan: &Plan<'_, '_>) -> TokenStream {
    let (names, _) = plan.signature.inputs();
    let declared = declarations(plan);
    let counters = plan.held_after(0).into_iter().filter_map(|held| match held {
        Held::Counter(_) => {
            let name = plan.name(held);
            Some(quote!(let #name: u64 = 0;))
        }
        Held::Value(_) => None,
    });
    let way = Ways { plan, leaf: Begin(plan.rt()) }.from(0);
    let rt = plan.rt();
    let written = plan.program.values.iter().filter_map(|value| match value.origin {
        Origin::Written(ty) => Some(ty),
        _ => None,
    });
    let kept = written.map(|ty| quote_spanned!(ty.span()=> #rt::kept::<#ty>();));
    quote! {
        #(#kept)*
        let (#(#names,)*) = __input;
        #declared
        #(#counters)*
        #way
    }
}

struct Turn<'p>(&'p TokenStream);

impl Leaf for Turn<'_> {
    fn go(&self, state: TokenStream) -> TokenStream {
        let rt = self.0;
        quote!({ *__state = #state; #rt::Ok(#rt::None) })
    }
    fn end(&self, output: TokenStream) -> TokenStream {
        let rt = self.0;
        quote!({ let __output = #output; #rt::Ok(#rt::Some(__output)) })
    }
}

/// How many states one function takes turns at.
const MANY: usize = 16;

/// The body of `turn`, and the functions it calls.
///
/// What rustc needs for an async function grows by the square of its awaits, so the states of a large workflow are dealt
/// out to several. A generic one keeps them in one, where its parameters are known.
pub(super) fn turn(plan: &Plan<'_, '_>) -> (TokenStream, TokenStream) {
    let rt = plan.rt();
    let arms = arms(plan);
    if plan.signature.is_generic() || arms.len() <= MANY {
        let body = quote! {
            match __state {
                #(#arms)*
                __State::__Gone(_) => #rt::Err(#rt::lost()),
            }
        };
        return (body, TokenStream::new());
    }
    let (workflow, a) = (plan.signature, Lifetime::new("'__a", Span::mixed_site()));
    let (mut calls, mut functions) = (TokenStream::new(), TokenStream::new());
    for (index, arms) in arms.chunks(MANY).enumerate() {
        let function = format_ident!("__turn{index}");
        let states = index * MANY..index * MANY + arms.len();
        let names = states.clone().map(|state| plan.state_name(state));
        let mut nodes: Vec<NodeId> = Vec::new();
        for state in states {
            match plan.program.points[plan.states[state]].kind {
                Kind::Call(node, ..) if !nodes.contains(&node) => nodes.push(node),
                _ => {}
            }
        }
        let steps = nodes.into_iter().map(|node| plan.step(node));
        calls.extend(quote! {
            #(__State::#names { .. })|* => #function::<__C, __D>(__state, __driver, __context, __at).await,
        });
        functions.extend(quote! {
            async fn #function<#a, __C: ?::core::marker::Sized + #rt::Sync, __D: #rt::Driver>(
                __state: &#a mut __State,
                __driver: &#a __D,
                __context: &#a __C,
                __at: &#a #rt::At<<__D as #rt::Driver>::Scope>,
            ) -> #rt::Result<#rt::Option<<#workflow as #rt::Step>::Output>, #rt::Failure>
            where #(#steps: #rt::Call<__C>,)*
            {
                match __state {
                    #(#arms)*
                    _ => #rt::Err(#rt::lost()),
                }
            }
        });
    }
    let body = quote! {
        match __state {
            #calls
            __State::__Gone(_) => #rt::Err(#rt::lost()),
        }
    };
    (body, functions)
}

/// What is done at each state, and where it leads.
fn arms(plan: &Plan<'_, '_>) -> Vec<TokenStream> {
    let rt = plan.rt();
    let arms = plan.states.iter().enumerate().map(|(index, &point)| {
        let name = plan.state_name(index);
        match &plan.program.points[point].kind {
            Kind::Call(node, call, bare) => call_arm(plan, point, &name, *node, call, *bare),
            _ => {
                let held: Vec<_> = plan.held_at(point).into_iter().map(|held| plan.name(held)).collect();
                let taken = take(plan, &name, &held);
                let way = Ways { plan, leaf: Turn(rt) }.at(point);
                quote!(__State::#name { .. } => { #taken #way })
            }
        }
    });
    arms.collect()
}

/// Takes what is held out of the state. Where nothing is, the state stays until the next one takes its place: moving it
/// out would copy what is dead.
fn take(plan: &Plan<'_, '_>, state: &Ident, held: &[Ident]) -> TokenStream {
    if held.is_empty() {
        return TokenStream::new();
    }
    let rt = plan.rt();
    quote! {
        let __State::#state { #(#held,)* .. } = #rt::replace(__state, __State::__Gone(#rt::PhantomData)) else {
            return #rt::Err(#rt::lost());
        };
    }
}

fn call_arm<'a>(
    plan: &Plan<'_, 'a>,
    point: PointId,
    state: &Ident,
    node: NodeId,
    call: &'a Call,
    bare: Bare,
) -> TokenStream {
    let rt = plan.rt();
    let step = plan.step(node);
    let fields = plan.held_at(point).into_iter().filter_map(|held| match held {
        Held::Value(_) => Some(plan.name(held)),
        Held::Counter(_) => None,
    });
    let called = {
        let consumed = consumed(plan, point);
        let hold = |value: ValueId| {
            if consumed(value) { Hold::Slot } else { Hold::Ref }
        };
        enter(plan, point, &step, call, bare, &hold)
    };
    let through: Vec<_> = plan.held_through(point).into_iter().map(|held| plan.name(held)).collect();
    let taken = take(plan, state, &through);
    let anew = plan.held_after(point).into_iter().filter_map(|held| match held {
        Held::Counter(counter) if plan.starts_anew(point, counter) => {
            let name = plan.name(held);
            Some(quote!(let #name: u64 = 0;))
        }
        _ => None,
    });
    let set = set_output(plan, point, node);
    let way = Ways { plan, leaf: Turn(rt) }.from(point);
    quote! {
        __State::#state { #(#fields,)* .. } => {
            let __out = #called;
            #taken
            #(#anew)*
            #set
            #way
        }
    }
}

/// The call, in one statement: what its arguments borrow lives as long as it runs.
fn enter<'a>(
    plan: &Plan<'_, 'a>,
    point: PointId,
    step: &TokenStream,
    call: &'a Call,
    bare: Bare,
    hold: &dyn Fn(ValueId) -> Hold,
) -> TokenStream {
    let rt = plan.rt();
    let (items, function) = arguments(plan, point, call, bare);
    let place = Place { scope: plan.program.points[point].scope, carry: &plan.program.points[point].carry };
    let writer = Writer::new(plan, place, hold, &items);
    let span = plan.program.points[point].span;
    let called = called(&writer, &items, function, step, call, span);
    let enter = if plan.signature.is_generic() {
        quote!(<#rt::Caller as #rt::Calls<#step, __C>>::enter)
    } else {
        quote!(<#step as #rt::Call<__C>>::enter)
    };
    let enter = respan(enter, at(span));
    writer.within_frames(quote!(#enter(__driver, __context, __at, #called).await?))
}

/// The arguments of a call put together, with no more around them.
pub(super) fn called(
    writer: &Writer<'_, '_>,
    items: &[Item<'_, '_>],
    function: &str,
    step: &TokenStream,
    call: &Call,
    span: Span,
) -> TokenStream {
    // The parentheses are the user's: that is where an argument is missing.
    let arguments = items.iter().map(|item| writer.argument(item, step));
    let function = Ident::new(function, at(span));
    let list = quote!(#(#arguments),*);
    let parenthesis = call.args.as_ref().map_or(span, |(paren, _)| paren.span.join());
    let mut group = proc_macro2::Group::new(proc_macro2::Delimiter::Parenthesis, list);
    group.set_span(at(parenthesis));
    let path = respan(quote!(<#step>::#function), at(span));
    quote!(#path #group)
}

/// What a call hands over, and the function that takes it.
pub(super) fn arguments<'p, 'a>(
    plan: &'p Plan<'_, 'a>,
    point: PointId,
    call: &'p Call,
    bare: Bare,
) -> (Vec<Item<'p, 'a>>, &'static str) {
    let at_point = &plan.program.points[point];
    let span = at_point.span;
    if let Some((_, args)) = &call.args {
        return (args.iter().map(|arg| Item::Expr(arg, Use::Value)).collect(), "__args");
    }
    match (bare, &at_point.carry) {
        (Bare::Bindings(frame), _) => {
            let names = &plan.program.frames[frame].names;
            (names.iter().map(|name| Item::Binding(frame, name, span)).collect(), "__args")
        }
        (Bare::Carried, Carry::One(subject)) => (vec![Item::Carried(subject, span)], "__bare"),
        (Bare::Carried, Carry::Inputs) => {
            ((0..plan.program.ast.inputs.len()).map(|input| Item::Value(input, span)).collect(), "__args")
        }
        (Bare::Nothing, _) | (Bare::Carried, Carry::Nothing) => (Vec::new(), "__args"),
    }
}

/// Gives the output to the values it sets, as far as they are read.
fn set_output(plan: &Plan<'_, '_>, point: PointId, node: NodeId) -> TokenStream {
    let rt = plan.rt();
    let read: Vec<ValueId> = plan.program.nodes[node]
        .sets
        .iter()
        .copied()
        .filter(|&value| plan.held_after(point).contains(&Held::Value(value)))
        .collect();
    let Some((last, others)) = read.split_last() else {
        return quote!(let _ = __out;);
    };
    let span = plan.program.points[point].span;
    let mut code = TokenStream::new();
    for &value in others {
        let again = quote_spanned!(at(span)=> #rt::Again::again(&__out));
        code.extend(set(plan, node, value, &again, span));
    }
    code.extend(set(plan, node, *last, &quote!(__out), span));
    code
}

/// Sets a value; where its type is not this node's by definition, that it is the same is told by `Sets`.
fn set(plan: &Plan<'_, '_>, node: NodeId, value: ValueId, output: &TokenStream, span: Span) -> TokenStream {
    let rt = plan.rt();
    let item = &plan.program.values[value];
    let (name, ty, step) = (plan.name(Held::Value(value)), plan.ty(value), plan.step(node));
    let by = match item.origin {
        Origin::Node(by) if by == node => return quote!(let #name: #ty = #output;),
        Origin::Node(by) => plan.step(by),
        _ => quote!(__names::declaration),
    };
    let marker = format_ident!("{}", unraw(&item.name));
    let sets = respan(quote!(<_ as #rt::Sets<#ty, __names::#marker, #by, #step>>::set), at(span));
    quote!(let #name: #ty = #sets(#output);)
}

/// Types that bear the names of values, for rustc to name in messages.
pub(super) fn names(plan: &Plan<'_, '_>) -> TokenStream {
    let mut names: Vec<String> = vec!["declaration".to_owned()];
    for node in &plan.program.nodes {
        for &value in &node.sets {
            let name = unraw(&plan.program.values[value].name);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let enums = names.iter().map(|name| {
        let name = if syn::parse_str::<Ident>(name).is_ok() {
            Ident::new(name, Span::call_site())
        } else {
            Ident::new_raw(name, Span::call_site())
        };
        quote!(pub enum #name {})
    });
    quote!(mod __names { #(#enums)* })
}

/// One alias for each step, where its path is written once.
pub(super) fn aliases(plan: &Plan<'_, '_>) -> TokenStream {
    if plan.signature.is_generic() {
        return TokenStream::new();
    }
    let aliases = plan.program.nodes.iter().enumerate().map(|(node, item)| {
        let (alias, path) = (Plan::alias(node), item.path);
        let alias = Ident::new(&alias.to_string(), at(path.span()));
        quote!(type #alias = #path;)
    });
    quote!(#(#aliases)*)
}
