//! `partial_failure`, cut off at every write.

use super::*;
use harness::case;

#[path = "../kept/mod.rs"]
mod harness;

#[test]
fn it_is_carried_on_from_every_write() {
    // A failure that is kept has its texts and not its type, so the summary is worded otherwise than in memory.
    let sales = |reports: &[&str]| {
        let reports: Vec<String> = reports.iter().map(|&report| report.to_owned()).collect();
        case::<Sales, _>(reports).answered(|_| None)
    };
    assert!(sales(&REPORTS).at_every_write().is_ok());
    assert!(sales(&REPORTS[3..]).at_every_write().is_err());
}
