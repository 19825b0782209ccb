//! Which choices of a place are left: a pure function of the conversation.

use super::{
    given::Given,
    place::{Limit, Offer, Place},
    said::{Ended, Said, TurnSaid, unmet},
};

/// What is left of a place.
pub(super) struct Open<C: 'static> {
    /// The calls.
    pub(super) offers: Vec<&'static Offer<C>>,
    /// Whether an answer in words.
    pub(super) words: bool,
    /// Why each of the others is not.
    pub(super) withdrawn: Vec<String>,
}

pub(super) fn open<P: Place>(conversation: &[Said], given: &Given) -> Open<P::Choice> {
    let mut open = Open { offers: Vec::new(), words: false, withdrawn: Vec::new() };
    let all_spent = P::TOTAL.and_then(|limit| {
        let most = limit.number.or_else(|| given.number(""))?;
        (calls::<P>(conversation, limit, |_| true) >= most).then(|| format!("{most} calls were made in all"))
    });
    for offer in P::OFFERS {
        match all_spent.clone().or_else(|| withdrawn::<P>(offer, conversation, given)) {
            Some(why) => open.withdrawn.push(format!("`{}` ({why})", offer.tool)),
            None => open.offers.push(offer),
        }
    }
    if P::WORDS.is_some() {
        match unmet(conversation, P::WORDS_AFTER) {
            Some(tool) => open.withdrawn.push(format!("an answer (`{tool}` is required before)")),
            None => open.words = true,
        }
    }
    open
}

/// Why a call is not offered any more, or not yet.
fn withdrawn<P: Place>(offer: &Offer<P::Choice>, conversation: &[Said], given: &Given) -> Option<String> {
    if let Some(limit) = offer.limit
        // A bound that nobody has computed bounds everything.
        && let most = limit.number.or_else(|| given.number(offer.tool)).unwrap_or(0)
        && calls::<P>(conversation, limit, |tool| tool == offer.tool) >= most
    {
        return Some(format!("it was called {most} times"));
    }
    if let Some(most) = offer.refusals {
        let refused =
            ended::<P>(conversation, |tool| tool == offer.tool).filter(|ended| *ended == Ended::Refused).count();
        if refused >= most {
            return Some("a person refused it".to_owned());
        }
    }
    unmet(conversation, offer.after).map(|tool| format!("`{tool}` is required before"))
}

/// How many calls were made from here since the count began.
fn calls<P: Place>(conversation: &[Said], limit: Limit, of: impl Fn(&str) -> bool) -> u64 {
    let begins = |said: &Said| {
        said.is_performed() && matches!((said, limit.per), (Said::Heard { tool, .. }, Some(per)) if tool == per)
    };
    let since = conversation.iter().rposition(begins).map_or(0, |at| at + 1);
    ended::<P>(&conversation[since..], of).filter(|ended| *ended != Ended::Refused).count() as u64
}

/// What became of the calls that were made from here.
fn ended<P: Place>(conversation: &[Said], of: impl Fn(&str) -> bool) -> impl Iterator<Item = Ended> {
    let from_here = move |turn: &TurnSaid| {
        P::SHARED.contains(&turn.at.as_str()) && turn.call.as_ref().is_some_and(|(tool, _)| of(tool))
    };
    conversation.windows(2).filter_map(move |pair| match pair {
        [Said::Turn(turn), Said::Heard { ended, .. }] if from_here(turn) => Some(*ended),
        _ => None,
    })
}
