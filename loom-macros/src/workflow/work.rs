//! What is done at a state, and where it leads: work is awaited in one statement, then the state's parts are taken over
//! and the way is taken that its outcome says.

use super::{
    branch::{branches, joined},
    call::{enter, set_output},
    expr::{Hold, Item, Place},
    plan::{Held, Plan, is_work, state_type},
    told::{sets, took},
    transition::{Leaf, Ways, write_with},
};
use crate::output::{at, call, duration, respan};
use loomflow_graph::{
    flow::PointId,
    grammar::{
        describe::guard_label,
        duration as units,
        names::Use,
        program::{Guard, Kind, ValueId},
    },
};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Lit, parse::Parser};

pub(super) struct Work<'p, 'a, L> {
    pub(super) plan: &'p Plan<'p, 'a>,
    pub(super) leaf: L,
}

impl<'p, 'a, L: Leaf + Copy> Work<'p, 'a, L> {
    fn ways(&self) -> Ways<'p, 'a, L> {
        Ways { plan: self.plan, leaf: self.leaf }
    }

    /// The arm of the state at a point.
    pub(super) fn arm(&self, point: PointId) -> TokenStream {
        let plan = self.plan;
        let (name, states) = self.names(point);
        let kind = &plan.program.points[point].kind;
        if !is_work(kind) {
            let held: Vec<_> = plan.held_at(point).into_iter().map(|held| plan.name(held)).collect();
            let taken = self.take(point, &held);
            let way = self.ways().at(point);
            return quote!(#states::#name { .. } => { #taken #way });
        }
        let fields = plan.held_at(point).into_iter().filter_map(|held| match held {
            Held::Value(_) => Some(plan.name(held)),
            Held::Counter(_) => None,
        });
        let body = match kind {
            Kind::Call(..) => self.call(point),
            Kind::Fork(_) => self.fork(point),
            _ => self.sleep(point),
        };
        quote!(#states::#name { #(#fields,)* .. } => { #body })
    }

    fn names(&self, point: PointId) -> (Ident, Ident) {
        let plan = self.plan;
        (plan.state_name(plan.state_index(point)), state_type(plan.program.points[point].region))
    }

    /// Takes what is held out of the state. Where nothing is, the state stays until the next one takes its place: moving
    /// it out would copy what is dead.
    fn take(&self, point: PointId, held: &[Ident]) -> TokenStream {
        if held.is_empty() {
            return TokenStream::new();
        }
        let rt = self.plan.rt();
        let (state, states) = self.names(point);
        let lost = self.leaf.broken(quote!(#rt::lost()));
        quote! {
            let #states::#state { #(#held,)* .. } = #rt::replace(__state, #states::__Gone(#rt::PhantomData)) else {
                return #lost;
            };
        }
    }

    /// The way on: what goes through is taken over, what `set` writes is set, and the way is taken.
    pub(super) fn go_on(&self, point: PointId, way: usize, set: &TokenStream) -> TokenStream {
        let plan = self.plan;
        let through: Vec<_> = plan.held_through(point, way).into_iter().map(|held| plan.name(held)).collect();
        let taken = self.take(point, &through);
        let anew = plan.started_anew(point, way).into_iter().map(|held| counter(plan, held));
        let onward = self.ways().way(point, way);
        quote!(#taken #(#anew)* #set #onward)
    }

    fn hold(&self, point: PointId) -> impl Fn(ValueId) -> Hold {
        let plan = self.plan;
        move |value| if plan.consumes(point, value) { Hold::Slot } else { Hold::Ref }
    }

    fn call(&self, point: PointId) -> TokenStream {
        let plan = self.plan;
        let Kind::Call(node, ..) = plan.program.points[point].kind else { return TokenStream::new() };
        let rt = plan.rt();
        let tried = plan.program.nodes[node].tried;
        let awaited = enter(plan, point, &self.hold(point), |entered| {
            let entered = if tried { quote!(#rt::trying(#entered)) } else { entered };
            self.awaited(point, &entered)
        });
        self.settled(point, &awaited, || self.go_on(point, 0, &set_output(plan, point, node)))
    }

    fn sleep(&self, point: PointId) -> TokenStream {
        let (plan, rt) = (self.plan, self.plan.rt());
        let here = &plan.program.points[point];
        let Kind::Sleep(pause) = here.kind else { return TokenStream::new() };
        let place = Place { scope: here.scope, carry: &here.carry };
        let items = [Item::Expr(pause, Use::Value)];
        let hold = self.hold(point);
        let awaited = write_with(plan, place, &hold, &items, |writer| {
            let pause = durations(writer.value(&items[0]), rt);
            let until = call(quote!(#rt::Wait::until), pause, here.span);
            let timer = quote!(#rt::Driver::timer(__driver, __at, #until));
            writer.within_frames(self.awaited(point, &timer))
        });
        self.settled(point, &awaited, || self.go_on(point, 0, &TokenStream::new()))
    }

    fn fork(&self, point: PointId) -> TokenStream {
        let (plan, rt) = (self.plan, self.plan.rt());
        let Kind::Fork(fork) = plan.program.points[point].kind else { return TokenStream::new() };
        let tried = plan.program.forks[fork].tried;
        let awaited = branches(plan, point, fork, |running| {
            let running = if tried { quote!(#rt::trying_all(#running)) } else { running };
            self.awaited(point, &running)
        });
        self.settled(point, &awaited, || {
            let exit = self.leaf.exit(quote!(__exit));
            let joined = joined(self, point, fork);
            quote! {
                match __out {
                    #joined
                    #rt::Leave::Exit(__exit) => #exit,
                }
            }
        })
    }

    /// The await of some work, within its time limit.
    fn awaited(&self, point: PointId, work: &TokenStream) -> TokenStream {
        let rt = self.plan.rt();
        let guards = &self.plan.program.points[point].guards;
        let limit = guards.iter().find_map(|guard| match guard {
            Guard::Within { limit, .. } => Some(*limit),
            Guard::Catch { .. } => None,
        });
        let awaited = match limit {
            Some(limit) => {
                let limit = duration(limit, rt);
                quote!(#rt::within(__driver, __at, #limit, #work).await)
            }
            None => quote!(#work.await),
        };
        if guards.is_empty() { quote!(#awaited?) } else { awaited }
    }

    /// What follows from the outcome of some work: what it leads to when it succeeds, or one of its guards' ways.
    fn settled(&self, point: PointId, awaited: &TokenStream, succeeded: impl Fn() -> TokenStream) -> TokenStream {
        let (plan, rt) = (self.plan, self.plan.rt());
        let guards = &plan.program.points[point].guards;
        let success = succeeded();
        if guards.is_empty() {
            return quote! { let __out = #awaited; #success };
        }
        let late = guards.iter().find_map(|guard| match guard {
            Guard::Within { way, .. } => Some(self.go_on(point, *way, &took(rt, &guard_label(guard)))),
            Guard::Catch { .. } => None,
        });
        let broken = self.leaf.broken(quote!(__failure));
        let catches: Vec<_> = guards
            .iter()
            .filter_map(|guard| match guard {
                Guard::Catch { kinds, value, way, .. } => {
                    let name = plan.name(Held::Value(*value));
                    let kinds = kinds.as_ref().map_or_else(|| quote!(_), ToTokens::to_token_stream);
                    let (told, took) = (sets(plan, Held::Value(*value), &quote!(New)), took(rt, &guard_label(guard)));
                    let set = quote!(let #name: #rt::Failure = __failure; #told #took);
                    let onward = self.go_on(point, *way, &set);
                    Some(quote!(#kinds => { #onward }))
                }
                Guard::Within { .. } => None,
            })
            .collect();
        let failed = if catches.is_empty() {
            broken
        } else {
            quote! {
                match #rt::catchable(__failure) {
                    #rt::Ok(__failure) => match __failure.kind() { #(#catches)* _ => #broken },
                    #rt::Err(__failure) => #broken,
                }
            }
        };
        let in_time = if late.is_some() { quote!(#rt::Some(__out)) } else { quote!(__out) };
        let late = late.map(|late| quote!(#rt::Ok(#rt::None) => { #late }));
        quote! {
            let __out = #awaited;
            match __out {
                #rt::Ok(#in_time) => { #success }
                #late
                #rt::Err(__failure) => #failed,
            }
        }
    }
}

/// A count that begins.
pub(super) fn counter(plan: &Plan<'_, '_>, held: Held) -> TokenStream {
    let (name, told) = (plan.name(held), sets(plan, held, &quote!(New)));
    quote!(let #name: u64 = 0; #told)
}

/// Durations as the language writes them, as Rust would.
fn durations(tokens: TokenStream, rt: &TokenStream) -> TokenStream {
    let one = |token: TokenTree| match token {
        TokenTree::Group(group) => {
            let mut new = proc_macro2::Group::new(group.delimiter(), durations(group.stream(), rt));
            new.set_span(group.span());
            TokenTree::Group(new).into()
        }
        TokenTree::Literal(literal) => {
            let lit = Lit::new(literal.clone());
            if !units::is_unit(lit.suffix()) {
                return TokenTree::Literal(literal).into();
            }
            match units::parse.parse2(literal.into_token_stream()) {
                Ok(time) => {
                    let written = respan(duration(time, rt), at(lit.span()));
                    quote!((#written))
                }
                Err(error) => error.to_compile_error(),
            }
        }
        other => other.into(),
    };
    tokens.into_iter().flat_map(one).collect()
}
