//! Doc comments as the text a model reads.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The text of the doc comments: the lines of a paragraph joined, an empty line between paragraphs.
pub(crate) fn text(attrs: &[Attribute]) -> String {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut open = false;
    let lines: Vec<String> = attrs.iter().filter_map(line).collect();
    for line in lines.iter().flat_map(|text| text.split('\n')).map(str::trim) {
        match paragraphs.last_mut() {
            _ if line.is_empty() => open = false,
            Some(paragraph) if open => {
                paragraph.push(' ');
                paragraph.push_str(line);
            }
            _ => {
                paragraphs.push(line.to_owned());
                open = true;
            }
        }
    }
    paragraphs.join("\n\n")
}

fn line(attr: &Attribute) -> Option<String> {
    match &attr.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn lines_of_a_paragraph_are_joined_and_paragraphs_are_not() {
        let item: syn::ItemStruct = parse_quote! {
            ///   Invoices,
            /// refunds.
            #[allow(dead_code)]
            ///
            /// And charges.
            struct Desk;
        };
        assert_eq!(text(&item.attrs), "Invoices, refunds.\n\nAnd charges.");
    }

    #[test]
    fn what_is_written_over_lines_in_one_comment_is_read_alike() {
        let item: syn::ItemStruct = parse_quote! {
            #[doc = " one\n two\n\n three "]
            struct Desk;
        };
        assert_eq!(text(&item.attrs), "one two\n\nthree");
        assert_eq!(text(&[]), "");
    }
}
