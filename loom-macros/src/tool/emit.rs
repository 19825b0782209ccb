//! The struct of a tool's arguments, and what makes the step a tool.

use super::read::Parameter;
use crate::{
    output::{at, respan},
    step::unraw,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// A step that is made a tool.
pub(crate) struct Emitted<'t> {
    /// Its type.
    pub(crate) name: &'t Ident,
    /// What a model is told of it.
    pub(crate) about: &'t str,
    pub(crate) parameters: &'t [Parameter],
    /// The hidden module of the runtime.
    pub(crate) rt: TokenStream,
    /// The hidden module of what talks to models.
    pub(crate) models: TokenStream,
}

impl Emitted<'_> {
    pub(crate) fn code(&self) -> TokenStream {
        // rustc names it where a field does not exist; nobody's own type is called so.
        let args = format_ident!("{}_args", unraw(self.name), span = Span::call_site());
        let strukt = self.strukt(&args);
        let arguments = self.arguments(&args);
        let tool = self.tool(&args);
        quote! {
            #[doc(hidden)]
            #[allow(warnings, clippy::all, clippy::pedantic, clippy::nursery)]
            const _: () = { #strukt #arguments #tool };
        }
    }

    fn constants(&self) -> impl Iterator<Item = Ident> {
        (0..self.parameters.len()).map(|index| format_ident!("__P{index}"))
    }

    fn names(&self) -> impl Iterator<Item = &Ident> {
        self.parameters.iter().map(|parameter| &parameter.name)
    }

    fn strukt(&self, args: &Ident) -> TokenStream {
        let m = &self.models;
        // That a model can fill it in is told at the type as the user wrote it, here and nowhere else.
        let constants = self.constants().zip(self.parameters).map(|(constant, Parameter { ty, span, .. })| {
            let parameter = respan(quote!(#m::parameter), at(*span));
            let ty = quote!(#ty);
            quote_spanned!(at(*span)=> const #constant: #m::ParameterOf<#ty> = #parameter::<#ty>();)
        });
        let types = self.parameters.iter().map(|parameter| &parameter.ty);
        let names = self.names();
        quote! {
            #(#constants)*
            pub struct #args { #(pub #names: #types,)* }
        }
    }

    fn arguments(&self, args: &Ident) -> TokenStream {
        let (m, tool) = (&self.models, unraw(self.name));
        let names: Vec<_> = self.names().collect();
        let texts: Vec<_> = self.names().map(unraw).collect();
        let abouts: Vec<_> = self.parameters.iter().map(|parameter| &parameter.about).collect();
        let constants: Vec<_> = self.constants().collect();
        let slots: Vec<_> = (0..names.len()).map(|index| format_ident!("__a{index}")).collect();
        quote! {
            #[automatically_derived]
            impl #m::Arguments for #args {
                const TOOL: &'static str = #tool;
                fn read(__filled: &mut #m::Filled) -> #m::Option<Self> {
                    #(let #slots = __filled.take(#texts, &#constants);)*
                    #m::Some(#args { #(#names: #slots?,)* })
                }
                fn write(&self, __to: &mut #m::Written) {
                    #(__to.put(#texts, &#constants, &self.#names);)*
                }
            }
            #[automatically_derived]
            impl #m::Clone for #args {
                fn clone(&self) -> Self {
                    #args { #(#names: #constants.another(&self.#names),)* }
                }
            }
            #[automatically_derived]
            impl #m::Debug for #args {
                fn fmt(&self, __f: &mut #m::Formatter<'_>) -> #m::FmtResult {
                    #m::debugged(self, __f)
                }
            }
            #[automatically_derived]
            impl #m::Serialize for #args {
                fn serialize<__S: #m::Serializer>(&self, __to: __S) -> #m::Result<__S::Ok, __S::Error> {
                    #m::serialized(self, __to)
                }
            }
            #[automatically_derived]
            impl<'__de> #m::Deserialize<'__de> for #args {
                fn deserialize<__D: #m::Deserializer<'__de>>(__from: __D) -> #m::Result<Self, __D::Error> {
                    #m::deserialized(__from)
                }
            }
            #[automatically_derived]
            impl #m::JsonSchema for #args {
                fn schema_name() -> #m::Cow<'static, str> {
                    #m::Cow::Borrowed(#tool)
                }
                fn inline_schema() -> bool {
                    true
                }
                fn json_schema(__schemas: &mut #m::SchemaGenerator) -> #m::Schema {
                    #m::schema([#((#texts, #abouts, #constants.schema(__schemas))),*])
                }
            }
        }
    }

    fn tool(&self, args: &Ident) -> TokenStream {
        let (rt, m, name, about) = (&self.rt, &self.models, self.name, self.about);
        let from = Ident::new("__args", Span::mixed_site());
        let lent = self.parameters.iter().zip(self.constants());
        let lent = lent.map(|(parameter, constant)| parameter.takes.lend(&from, &parameter.name, &constant));
        quote! {
            #[automatically_derived]
            impl #m::Tool for #name {
                const DESCRIPTION: &'static str = #about;
                type Args = #args;
                fn lend(#from: &#args) -> <Self as #rt::Step>::Args<'_> {
                    Self::__args(#(#lent),*)
                }
                fn spec() -> &'static #m::ToolSpec {
                    static __SPEC: #m::OnceLock<#m::ToolSpec> = #m::OnceLock::new();
                    __SPEC.get_or_init(#m::spec::<Self>)
                }
                fn read(__fields: #m::Map<#m::String, #m::Json>) -> #m::Result<#args, #m::ToolMisuse> {
                    #m::filled(__fields)
                }
            }
        }
    }
}
