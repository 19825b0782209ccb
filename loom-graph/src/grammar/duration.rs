//! Durations as they are written: `200ms`, `30s`, `5m`, `2h`, `3d`.

use std::time::Duration;
use syn::{Lit, parse::ParseStream};

const UNITS: [(&str, f64); 5] = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0)];

/// Whether a literal's suffix is a unit of time.
#[must_use]
pub fn is_unit(suffix: &str) -> bool {
    UNITS.iter().any(|(name, _)| *name == suffix)
}

/// Reads one duration.
///
/// # Errors
/// When it has no unit, one that is not known, is zero, or is longer than a `Duration` holds.
pub fn parse(input: ParseStream) -> syn::Result<Duration> {
    let form = "a duration is a number and a unit: `200ms`, `30s`, `5m`, `2h`, `3d`";
    let Ok(lit) = input.parse::<Lit>() else {
        return Err(input.error(form));
    };
    let (digits, unit) = match &lit {
        Lit::Int(lit) => (lit.base10_digits(), lit.suffix()),
        Lit::Float(lit) => (lit.base10_digits(), lit.suffix()),
        _ => return Err(syn::Error::new(lit.span(), form)),
    };
    let error = |message: String| Err(syn::Error::new(lit.span(), message));
    if unit.is_empty() {
        return error(format!("`{digits}` of what? {form}"));
    }
    let Some((_, seconds)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return error(format!("`{unit}` is no unit of time: {form}"));
    };
    let number: f64 = digits.parse().map_err(|_| syn::Error::new(lit.span(), form))?;
    match Duration::try_from_secs_f64(number * seconds) {
        Ok(Duration::ZERO) => error("a duration of nothing: leave it out, or write at least `1ms`".to_owned()),
        Ok(duration) => Ok(duration),
        Err(_) => error(format!("`{digits}{unit}` is longer than a duration can be")),
    }
}

/// A duration as it would be written.
#[must_use]
pub fn spelled(duration: Duration) -> String {
    let millis = duration.as_millis();
    let unit = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")];
    match unit.into_iter().find(|(size, _)| millis.is_multiple_of(*size)) {
        Some((size, unit)) => format!("{}{unit}", millis / size),
        None => format!("{millis}ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse::Parser;

    fn read(text: &str) -> Result<Duration, String> {
        parse.parse_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn every_unit_is_read() {
        let seconds = |text| read(text).map(|duration| duration.as_secs_f64());
        for (text, expected) in
            [("200ms", 0.2), ("30s", 30.0), ("5m", 300.0), ("2h", 7200.0), ("3d", 259_200.0), ("1.5s", 1.5)]
        {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_told_why() {
        for (text, part) in [
            ("30", "`30` of what?"),
            ("30sec", "`sec` is no unit of time"),
            ("0s", "a duration of nothing"),
            ("\"30s\"", "a duration is a number and a unit"),
            ("soon", "a duration is a number and a unit"),
            ("99999999999999999999d", "longer than a duration can be"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
