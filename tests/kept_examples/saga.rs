//! `saga`, cut off at every write.

use super::*;
use harness::case_in;

#[path = "../kept/mod.rs"]
mod harness;
use loomflow::OpenQuestion;

#[test]
fn it_is_carried_on_from_every_write() {
    // The shop of each program has enough of everything.
    let shop =
        || Shop { books: Mutex::new(Books { stock: 1000, till: 1000, notes: Vec::new() }), called: Notify::new() };
    // Where it is not known whether the money was taken, a person says so.
    let did_not = |_: &OpenQuestion| Some("\"did_not\"".to_owned());
    for (pieces, is_sold) in [(2, true), (6, false), (4, false), (2000, false)] {
        let order = Order { customer: "Able".to_owned(), pieces };
        let ended = case_in::<PlaceOrder, _, _>(order, shop).answered(did_not).at_every_write();
        assert_eq!(ended.is_ok(), is_sold, "{ended:?}");
    }
    // This customer thinks better of it while the lorry is loaded.
    let order = Order { customer: "Wavering".to_owned(), pieces: 3 };
    let ended = case_in::<PlaceOrder, _, _>(order, shop).answered(did_not).cancelled().at_every_write();
    assert!(ended.as_ref().is_err_and(|failure| failure.starts_with("Cancelled at ship")), "{ended:?}");
}
