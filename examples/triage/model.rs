//! A language model that sorts tickets, where one is configured.

use std::env;

use loomflow::prelude::*;

use super::account::AccountId;
use super::steps::Desk;

/// Who deals with a ticket.
#[derive(Choice)]
enum Sorted {
    /// Money: invoices, refunds, charges, plans.
    Billing,
    /// Everything else that a customer wrote: it does not work, or how is it done.
    Technical,
    /// Advertising, lotteries and begging: nobody wants to read it.
    Spam,
}

/// The model that the environment names, if it names one.
pub(crate) fn configured() -> Result<Option<Model>, ModelError> {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let names_one = is_set("OPENAI_BASE_URL") || is_set("OPENAI_API_KEY");
    names_one.then(Model::from_env).transpose()
}

/// Asks it for the desk. The account is read from the ticket, for a digit that a model makes up is somebody else's account.
pub(crate) async fn sort(model: &Model, text: &str) -> Result<Desk, ModelError> {
    let sorted = model.choose(format!("Larkspur makes bookkeeping software. Sort this ticket:\n\n{text}")).await?;
    Ok(match sorted {
        Sorted::Billing => Desk::Billing(AccountId::find(text)),
        Sorted::Technical => Desk::Technical,
        Sorted::Spam => Desk::Spam,
    })
}
