//! The code of a `match` in a graph: which arm fits, and what each leads to.

use super::{
    expr::{Item, Place, Writer, is_place},
    plan::Held,
    told::took,
    transition::{Leaf, Ways, looked_at, write_with},
};
use crate::output::at;
use loomflow_graph::{
    flow::PointId,
    grammar::{
        describe::{ELSE, arm_label},
        names::{Use, bindings},
        program::{Kind, Subject},
    },
};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{
    spanned::Spanned,
    visit_mut::{self, VisitMut},
};

impl<L: Leaf> Ways<'_, '_, L> {
    /// First which arm, by reference and in the user's own words; then what the arm leads to. Between the two nothing is
    /// borrowed, so that the arm may take what was matched.
    pub(super) fn match_route(&self, point: PointId, ways: &[PointId]) -> TokenStream {
        let (plan, rt) = (self.plan, self.plan.rt());
        let here = &plan.program.points[point];
        let Kind::Match { on, keyword, arms, open } = &here.kind else {
            return TokenStream::new();
        };
        let (item, place) = match on {
            Subject::Expr(expr, scope, carry) => (Item::Expr(expr, Use::Place), Place { scope: *scope, carry }),
            _ => (Item::Carried(on, *keyword), Place { scope: here.scope, carry: &here.carry }),
        };
        let look = |value| looked_at(plan, point, value);
        let way = format_ident!("__way");
        let decided = write_with(plan, place, &look, &[item], |writer| {
            let subject = match on {
                Subject::Expr(expr, ..) => writer.expr(expr, Use::Place),
                Subject::Value(value) => {
                    let mut name = plan.name(Held::Value(*value));
                    name.set_span(name.span().located_at(*keyword));
                    if plan.owns(point, *value) { name.to_token_stream() } else { quote!((*#name)) }
                }
                other => writer.value(&Item::Carried(other, *keyword)),
            };
            let arms = arms.iter().enumerate().map(|(index, (pat, guard, frame))| {
                let guard = guard.map(|guard| {
                    let scope = frame.or(here.scope);
                    let place = Place { scope, carry: &here.carry };
                    let item = Item::Expr(guard, Use::Place);
                    let items = [item];
                    let writer = Writer::new(plan, place, &look, &items).guarding(*frame);
                    let code = {
                        let code = writer.within_frames(writer.expr(guard, Use::Place));
                        match frame.map(|frame| plan.pattern(frame)) {
                            Some(pat) => match on {
                                Subject::Expr(expr, ..) if !is_place(expr) => {
                                    quote!((match #subject { #pat => #code, _ => false }))
                                }
                                _ => quote!((match &#subject { #pat => #code, _ => false })),
                            },
                            None => code,
                        }
                    };
                    quote!(if #code)
                });
                // rustc proposes an arm to add where the last two arms are of one context; here it would stand in the
                // wrong place, so these are the user's and the one behind them is the macro's.
                let index = syn::LitInt::new(&index.to_string(), pat.span());
                let shape = shape(pat);
                quote!(#shape #guard => #index,)
            });
            let rest = if *open {
                let index = syn::Index::from(arms.len());
                quote!(#[allow(unreachable_patterns)] _ => #index,)
            } else {
                quote!(#[allow(unreachable_patterns)] _ if false => 0,)
            };
            let keyword = Ident::new("match", *keyword);
            writer.within_frames(quote! { #keyword #subject { #(#arms)* #rest } })
        });
        let leads = ways.iter().enumerate().map(|(index, &to)| {
            let code = self.to(to);
            let took =
                took(rt, &arms.get(index).map_or_else(|| ELSE.to_owned(), |(pat, guard, _)| arm_label(pat, *guard)));
            let index = syn::Index::from(index);
            quote!(#index => { #took #code })
        });
        let lost = self.leaf.broken(quote!(#rt::lost()));
        let deny = quote_spanned!(at(*keyword)=> #[deny(unreachable_patterns)]);
        quote! {
            #deny
            let #way: usize = #decided;
            match #way {
                #(#leads)*
                _ => #lost,
            }
        }
    }
}

/// A pattern that tells its values apart and binds nothing, so that what is matched stays where it is.
fn shape(pat: &syn::Pat) -> syn::Pat {
    struct Shape(Vec<Ident>);
    impl VisitMut for Shape {
        fn visit_pat_mut(&mut self, pat: &mut syn::Pat) {
            match pat {
                syn::Pat::Ident(ident) if self.0.contains(&ident.ident) => {
                    *pat = match ident.subpat.take() {
                        Some((_, inner)) => *inner,
                        None => syn::Pat::Wild(syn::PatWild {
                            attrs: Vec::new(),
                            underscore_token: syn::Token![_](ident.ident.span()),
                        }),
                    };
                }
                // A variant that is not there would be a binding that takes everything; with braces it cannot be one.
                syn::Pat::Ident(ident) if is_variant(&ident.ident) => {
                    let name = &ident.ident;
                    *pat = syn::Pat::Verbatim(quote_spanned!(name.span()=> #name {}));
                }
                _ => {}
            }
            visit_mut::visit_pat_mut(self, pat);
        }
        fn visit_field_pat_mut(&mut self, field: &mut syn::FieldPat) {
            if field.colon_token.is_none() {
                field.colon_token = Some(syn::Token![:](field.pat.span()));
            }
            visit_mut::visit_field_pat_mut(self, field);
        }
    }
    let mut pat = pat.clone();
    Shape(bindings(&pat)).visit_pat_mut(&mut pat);
    pat
}

/// Whether a name is written as a variant or a unit struct is: a constant is all capitals.
fn is_variant(name: &Ident) -> bool {
    let name = name.to_string();
    name.starts_with(char::is_uppercase) && name.chars().any(char::is_lowercase)
}
