//! The states of a workflow and the turns between them.

use super::{
    plan::{Held, Plan, state_type},
    positions::Positions,
    transition::{Leaf, Ways, declarations},
    work::{Work, counter},
};
use crate::output::at;
use loomflow_graph::{
    flow::{NodeId, PointId},
    grammar::{
        describe::Described,
        program::{Kind, Origin, RegionId},
    },
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Lifetime, spanned::Spanned};

/// The enums of the states, one for the workflow and one for each branch: a variant for each place a run can be at, with
/// what is still read from there.
pub(super) fn states(plan: &Plan<'_, '_>) -> TokenStream {
    (0..plan.program.regions.len()).map(|region| states_of(plan, region)).collect()
}

fn states_of(plan: &Plan<'_, '_>, region: RegionId) -> TokenStream {
    let rt = plan.rt();
    let generics = &plan.signature.ast.generics;
    let predicates = plan.signature.predicates();
    let points: Vec<PointId> = plan.states_of(region).collect();
    if points.is_empty() && region > 0 {
        return TokenStream::new();
    }
    let variants = points.iter().map(|&point| {
        let name = plan.state_name(plan.state_index(point));
        let fields = plan.held_at(point).into_iter().map(|held| {
            let field = plan.name(held);
            match held {
                Held::Value(value) => {
                    let ty = plan.ty(value);
                    if plan.consumes(point, value) { quote!(#field: #rt::Slot<#ty>) } else { quote!(#field: #ty) }
                }
                Held::Counter(_) => quote!(#field: u64),
            }
        });
        quote!(#name { #(#fields),* })
    });
    // `__Gone` stands while a turn has the state's parts in hand, and names the type parameters no state may hold.
    let types = plan.signature.type_params();
    let (params, where_clause) = (&generics.params, quote!(where #predicates));
    let name = state_type(region);
    let (impls, args, _) = generics.split_for_impl();
    let saved = points.iter().map(|&point| {
        let state = plan.state_name(plan.state_index(point));
        let (fields, kept): (Vec<_>, Vec<_>) =
            plan.held_at(point).into_iter().map(|held| saved(plan, point, held)).unzip();
        quote!(Self::#state { #(#fields),* } => __to(&[#(#kept),*]),)
    });
    let restored = points.iter().map(|&point| {
        let index = plan.state_index(point);
        let state = plan.state_name(index);
        let fields = plan.held_at(point).into_iter().map(|held| restored(plan, point, held));
        quote!(#index => #rt::Ok(Self::#state { #(#fields),* }),)
    });
    quote! {
        pub enum #name<#params> #where_clause { #(#variants,)* __Gone(#rt::PhantomData<fn() -> (#(#types,)*)>) }
        impl #impls #rt::Saved for #name #args #where_clause {
            fn save(&self, __to: &mut dyn ::core::ops::FnMut(&[&dyn #rt::Kept])) {
                match self {
                    #(#saved)*
                    Self::__Gone(_) => {}
                }
            }
        }
        impl #impls #name #args #where_clause {
            fn __restore(__from: &mut #rt::Restoring) -> #rt::Result<Self, #rt::Unfit> {
                match __from.place() {
                    #(#restored)*
                    _ => #rt::Err(__from.no_place()),
                }
            }
        }
    }
}

/// A field of a state, and how it is lent to be saved. A type that the user wrote may be one that cannot be kept, which is
/// told elsewhere.
fn saved(plan: &Plan<'_, '_>, point: PointId, held: Held) -> (Ident, TokenStream) {
    let (rt, name) = (plan.rt(), plan.name(held));
    let kept = match written(plan, held) {
        Some(ty) if is_slot(plan, point, held) => quote!(#rt::Of::<#ty>::new().slot(#name)),
        Some(ty) => quote!(#rt::Of::<#ty>::new().kept(#name)),
        None => name.to_token_stream(),
    };
    (name, kept)
}

/// A field of a state, restored.
fn restored(plan: &Plan<'_, '_>, point: PointId, held: Held) -> TokenStream {
    let (rt, name) = (plan.rt(), plan.name(held));
    match written(plan, held) {
        Some(ty) if is_slot(plan, point, held) => quote!(#name: #rt::Slot::new(#rt::Of::<#ty>::new().next(__from)?)),
        Some(ty) => quote!(#name: #rt::Of::<#ty>::new().next(__from)?),
        None => quote!(#name: __from.value()?),
    }
}

fn written<'p>(plan: &Plan<'p, '_>, held: Held) -> Option<&'p syn::Type> {
    match held {
        Held::Value(value) => match plan.program.values[value].origin {
            Origin::Written(ty) => Some(ty),
            _ => None,
        },
        Held::Counter(_) => None,
    }
}

fn is_slot(plan: &Plan<'_, '_>, point: PointId, held: Held) -> bool {
    matches!(held, Held::Value(value) if plan.consumes(point, value))
}

/// The static places, and the function from a state of the workflow to its own.
pub(super) fn places(plan: &Plan<'_, '_>, positions: &Positions, described: &Described) -> (TokenStream, TokenStream) {
    let rt = plan.rt();
    let workflow = plan.signature.name().to_string();
    let count = plan.states.len() + 1;
    let places = plan.states.iter().zip(&positions.states).map(|(&point, position)| {
        let node = match &plan.program.points[point].kind {
            Kind::Call(node, ..) => unraw(plan.program.nodes[*node].name),
            Kind::Sleep(_) => "sleep".to_owned(),
            _ => String::new(),
        };
        let index = match &plan.program.points[point].kind {
            Kind::Call(node, ..) => Some(*node + 1),
            _ => described.places.get(&point).copied(),
        };
        let index = index.map_or_else(|| quote!(#rt::NOWHERE), |index| quote!(#index));
        let (key, live) = (&position.key, &position.live);
        quote!(#rt::Place { workflow: #workflow, node: #node, index: #index, position: #key, live: &[#(#live),*] })
    });
    let arms = plan.states_of(0).map(|point| {
        let index = plan.state_index(point);
        let name = plan.state_name(index);
        quote!(__State::#name { .. } => &__PLACES[#index],)
    });
    let gone = count - 1;
    (
        quote! {
            static __PLACES: [#rt::Place; #count] =
                [#(#places,)* #rt::Place { workflow: #workflow, node: "", index: #rt::NOWHERE, position: "", live: &[] }];
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
    fn fail(&self, failure: TokenStream) -> TokenStream {
        let rt = self.0;
        quote!(#rt::Err(#failure))
    }
    fn exit(&self, _: TokenStream) -> TokenStream {
        TokenStream::new()
    }
    fn broken(&self, failure: TokenStream) -> TokenStream {
        self.fail(failure)
    }
    fn join(&self, _: TokenStream) -> TokenStream {
        TokenStream::new()
    }
}

/// The body of `begin`: the inputs stand in locals of their names.
pub(super) fn begin(plan: &Plan<'_, '_>) -> TokenStream {
    let (names, _) = plan.signature.inputs();
    let declared = declarations(plan);
    let counters = plan.held_behind(0, 0).into_iter().filter_map(|held| match held {
        Held::Counter(_) => Some(counter(plan, held)),
        Held::Value(_) => None,
    });
    let way = Ways { plan, leaf: Begin(plan.rt()) }.from(0);
    let rt = plan.rt();
    let types = plan.program.values.iter().filter_map(|value| match value.origin {
        Origin::Written(ty) => Some(ty),
        _ => None,
    });
    let kept = types.map(|ty| quote_spanned!(ty.span()=> #rt::kept::<#ty>();));
    quote! {
        #(#kept)*
        let (#(#names,)*) = __input;
        #declared
        #(#counters)*
        #way
    }
}

#[derive(Clone, Copy)]
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
    fn fail(&self, failure: TokenStream) -> TokenStream {
        let rt = self.0;
        quote!(#rt::Err(#failure))
    }
    fn exit(&self, outcome: TokenStream) -> TokenStream {
        let rt = self.0;
        quote!(#rt::Result::map(#outcome, #rt::Some))
    }
    fn broken(&self, failure: TokenStream) -> TokenStream {
        self.fail(failure)
    }
    fn join(&self, _: TokenStream) -> TokenStream {
        TokenStream::new()
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
    let points: Vec<PointId> = plan.states_of(0).collect();
    let arms: Vec<TokenStream> = points.iter().map(|&point| Work { plan, leaf: Turn(rt) }.arm(point)).collect();
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
        let points = &points[index * MANY..index * MANY + arms.len()];
        let names = points.iter().map(|&point| plan.state_name(plan.state_index(point)));
        let mut nodes: Vec<NodeId> = Vec::new();
        for &point in points {
            called_at(plan, point, &mut nodes);
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

/// The nodes that are called at a point, by the branches of a fork too.
fn called_at(plan: &Plan<'_, '_>, point: PointId, nodes: &mut Vec<NodeId>) {
    match plan.program.points[point].kind {
        Kind::Call(node, ..) if !nodes.contains(&node) => nodes.push(node),
        Kind::Fork(fork) => {
            let regions = plan.program.forks[fork].regions.iter();
            for point in regions.flat_map(|&region| plan.states_of(region)) {
                called_at(plan, point, nodes);
            }
        }
        _ => {}
    }
}

/// The type that bears the name of a value, for rustc to name in messages. What has no name of the user's is what ways
/// that meet carry.
pub(super) fn marker(name: &Ident) -> Ident {
    let name = unraw(name);
    let name = if name.starts_with("__") { "carried".to_owned() } else { name };
    match syn::parse_str::<Ident>(&name) {
        Ok(name) => name,
        Err(_) => Ident::new_raw(&name, Span::call_site()),
    }
}

/// Types that bear the names of values.
pub(super) fn names(plan: &Plan<'_, '_>) -> TokenStream {
    let mut names = vec![Ident::new("declaration", Span::call_site())];
    for node in &plan.program.nodes {
        for &value in &node.sets {
            let name = marker(&plan.program.values[value].name);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    quote!(mod __names { #(pub enum #names {})* })
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
