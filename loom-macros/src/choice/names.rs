//! How serde respells names by `rename_all`, so that a label reads in a journal as the model read it.

/// The rules, as serde spells them.
pub(super) const RULES: [&str; 8] = [
    "lowercase",
    "UPPERCASE",
    "PascalCase",
    "camelCase",
    "snake_case",
    "SCREAMING_SNAKE_CASE",
    "kebab-case",
    "SCREAMING-KEBAB-CASE",
];

/// A rule of `rename_all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rule(usize);

impl Rule {
    pub(super) fn named(text: &str) -> Option<Rule> {
        RULES.iter().position(|rule| *rule == text).map(Rule)
    }

    /// The name of a variant, which is written in `PascalCase`.
    pub(super) fn variant(self, name: &str) -> String {
        match RULES[self.0] {
            "lowercase" => name.to_ascii_lowercase(),
            "UPPERCASE" => name.to_ascii_uppercase(),
            "PascalCase" => name.to_owned(),
            "camelCase" => uncapitalised(name),
            "snake_case" => snake(name),
            "SCREAMING_SNAKE_CASE" => snake(name).to_ascii_uppercase(),
            "kebab-case" => snake(name).replace('_', "-"),
            _ => snake(name).to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// The name of a field, which is written in `snake_case`.
    pub(super) fn field(self, name: &str) -> String {
        match RULES[self.0] {
            "lowercase" | "snake_case" => name.to_owned(),
            "UPPERCASE" | "SCREAMING_SNAKE_CASE" => name.to_ascii_uppercase(),
            "PascalCase" => pascal(name),
            "camelCase" => uncapitalised(&pascal(name)),
            "kebab-case" => name.replace('_', "-"),
            _ => name.to_ascii_uppercase().replace('_', "-"),
        }
    }
}

// An underscore before every capital but the first, whatever stands around it: `HttpOK` is `http_o_k`, as in serde.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for (index, letter) in name.char_indices() {
        if index > 0 && letter.is_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

fn pascal(name: &str) -> String {
    let mut text = String::new();
    for part in name.split('_') {
        let mut letters = part.chars();
        text.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        text.push_str(letters.as_str());
    }
    text
}

fn uncapitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|letter| letter.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_respells_variants_and_fields_as_serde_does() {
        for (rule, variant, field) in [
            ("lowercase", "outofoffice", "out_of_office"),
            ("UPPERCASE", "OUTOFOFFICE", "OUT_OF_OFFICE"),
            ("PascalCase", "OutOfOffice", "OutOfOffice"),
            ("camelCase", "outOfOffice", "outOfOffice"),
            ("snake_case", "out_of_office", "out_of_office"),
            ("SCREAMING_SNAKE_CASE", "OUT_OF_OFFICE", "OUT_OF_OFFICE"),
            ("kebab-case", "out-of-office", "out-of-office"),
            ("SCREAMING-KEBAB-CASE", "OUT-OF-OFFICE", "OUT-OF-OFFICE"),
        ] {
            let rule = Rule::named(rule).expect("this is a rule");
            assert_eq!((rule.variant("OutOfOffice"), rule.field("out_of_office")), (variant.into(), field.into()));
        }
        assert_eq!(Rule::named("snakecase"), None);
        assert_eq!(snake("HttpOK"), "http_o_k");
    }
}
