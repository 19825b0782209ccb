//! `partial_failure`, cut off at every write.

use super::*;
use crate::kept::case;

#[test]
fn it_is_carried_on_from_every_write() {
    assert!(case::<Sales, _>(REPORTS.map(str::to_owned).to_vec()).at_every_write().is_ok());
    assert!(
        case::<Sales, _>(REPORTS[3..].iter().map(|&report| report.to_owned()).collect::<Vec<_>>())
            .at_every_write()
            .is_err()
    );
}
