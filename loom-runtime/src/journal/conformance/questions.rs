//! Questions and their answers: the first one counts, and the others are told why not.

use super::{
    Store,
    given::{NOW, append, asked, begun, fresh, kept, leave, message, open, refused, same},
};
use crate::journal::{Append, Asked, Claim, Journal, JournalError, Message, QuestionState, Status};

pub(super) async fn check<S: Store>(store: &S) {
    are_answered_once(store).await;
    are_closed(store).await;
    are_refused(store).await;
    are_answered_by_a_message_that_came_before(store).await;
}

/// Asks a question with the next record of a run.
async fn ask(journal: &impl Journal, claim: Claim, seq: u64) {
    let append = Append { asked: vec![asked(seq)], ..append(claim, [seq]) };
    kept(journal.append(append).await, "a question is asked");
}

/// A question that is no longer open.
fn over(seq: u64, state: QuestionState) -> Asked {
    Asked { state, question: None, ..asked(seq) }
}

/// What becomes of a question that `message` answers.
fn answered() -> QuestionState {
    QuestionState::Answered { by: Some("ann@example.org".to_owned()), at: NOW + 40 }
}

async fn are_answered_once<S: Store>(store: &S) {
    let journal = fresh(store, "questions-once").await;
    let claim = begun(&journal, "run").await;
    ask(&journal, claim, 1).await;
    ask(&journal, claim, 2).await;
    let promise = "a question that was asked is open, and all are listed in order";
    same(&kept(journal.questions(claim.run).await, promise), &vec![asked(1), asked(2)], promise);
    kept(journal.put("run", &message(Some(1), "true")).await, "a question that is open is answered");
    let promise = "the first answer to a question counts, and the second is told who gave it";
    let second = Message { by: Some("bob".to_owned()), ..message(Some(1), "false") };
    refused!(
        journal.put("run", &second).await,
        JournalError::Answered { question: 1, by: Some(by) } if by == "ann@example.org",
        promise
    );
    let journal = open(store, "questions-once").await;
    let given = kept(journal.messages(claim.run).await, promise);
    same(&given.iter().map(|(_, message)| message.clone()).collect(), &vec![message(Some(1), "true")], promise);
    let promise = "a question that was answered says by whom and when, and its wording is gone";
    same(&kept(journal.questions(claim.run).await, promise), &vec![over(1, answered()), asked(2)], promise);
    let promise = "a message that was taken is gone, and its question stays answered";
    let taken = Append { taken: given.iter().map(|(number, _)| *number).collect(), ..append(claim, [3]) };
    kept(journal.append(taken.clone()).await, promise);
    kept(journal.append(taken).await, promise);
    same(&kept(journal.messages(claim.run).await, promise), &Vec::new(), promise);
    same(&kept(journal.questions(claim.run).await, promise), &vec![over(1, answered()), asked(2)], promise);
    refused!(journal.put("run", &second).await, JournalError::Answered { question: 1, .. }, promise);
}

async fn are_closed<S: Store>(store: &S) {
    let journal = fresh(store, "questions-closed").await;
    let claim = begun(&journal, "run").await;
    ask(&journal, claim, 1).await;
    ask(&journal, claim, 2).await;
    let promise = "a question that was answered cannot be closed, and then nothing is written";
    kept(journal.put("run", &message(Some(1), "true")).await, "a question that is open is answered");
    let close = Append { closed: vec![2, 1], ..leave(claim, [3], Status::Waiting, None) };
    refused!(journal.append(close).await, JournalError::Answered { question: 1, .. }, promise);
    same(&kept(journal.questions(claim.run).await, promise), &vec![over(1, answered()), asked(2)], promise);
    same(&kept(journal.last(claim.run).await, promise).map(|record| record.seq), &Some(2), promise);
    let promise = "a question that was closed takes no answer, and its wording is gone";
    let close = Append { closed: vec![2], ..append(claim, [3]) };
    kept(journal.append(close).await, promise);
    refused!(journal.put("run", &message(Some(2), "1")).await, JournalError::Closed { question: 2 }, promise);
    let expected = vec![over(1, answered()), over(2, QuestionState::Closed)];
    same(&kept(journal.questions(claim.run).await, promise), &expected, promise);
    let promise = "a question that was closed may be closed again, and not be answered";
    kept(journal.append(Append { closed: vec![2], ..append(claim, [4]) }).await, promise);
    let answer = Append { asked: vec![over(2, answered())], ..append(claim, [5]) };
    refused!(journal.append(answer).await, JournalError::Closed { question: 2 }, promise);
}

async fn are_refused<S: Store>(store: &S) {
    let journal = fresh(store, "questions-refused").await;
    let claim = begun(&journal, "run").await;
    ask(&journal, claim, 1).await;
    let promise = "an answer to a run there is not, or to a question that was not asked, is refused";
    refused!(journal.put("none", &message(Some(1), "1")).await, JournalError::Unknown { id } if id == "none", promise);
    refused!(
        journal.put("run", &message(Some(2), "1")).await,
        JournalError::NotAsked { id, question: 2 } if id == "run",
        promise
    );
    refused!(journal.put("run", &message(Some(u64::MAX), "1")).await, JournalError::NotAsked { .. }, promise);
    let promise = "an answer to a run that has ended is refused";
    kept(journal.append(leave(claim, [2], Status::Done, None)).await, "a run ends");
    refused!(journal.put("run", &message(Some(1), "1")).await, JournalError::Ended { id } if id == "run", promise);
    refused!(journal.put("run", &message(None, "1")).await, JournalError::Ended { .. }, promise);
    same(&kept(journal.messages(claim.run).await, promise), &Vec::new(), promise);
}

async fn are_answered_by_a_message_that_came_before<S: Store>(store: &S) {
    let journal = fresh(store, "questions-before").await;
    let claim = begun(&journal, "run").await;
    kept(journal.put("run", &message(None, "\"early\"")).await, "a message comes before its question");
    let numbers = |given: Vec<(u64, Message)>| given.into_iter().map(|(number, _)| number).collect::<Vec<_>>();
    let promise = "a question is asked and answered at once by a message that was there";
    let taken = numbers(kept(journal.messages(claim.run).await, promise));
    let at_once = Append { asked: vec![over(1, answered())], taken, ..append(claim, [1]) };
    kept(journal.append(at_once).await, promise);
    same(&kept(journal.questions(claim.run).await, promise), &vec![over(1, answered())], promise);
    refused!(journal.put("run", &message(Some(1), "1")).await, JournalError::Answered { question: 1, .. }, promise);
    let promise = "a question that is open is answered by a message that says no question";
    ask(&journal, claim, 2).await;
    kept(journal.put("run", &message(None, "2")).await, promise);
    let taken = numbers(kept(journal.messages(claim.run).await, promise));
    let later = Append { asked: vec![over(2, answered())], taken, ..append(claim, [3]) };
    kept(journal.append(later).await, promise);
    let expected = vec![over(1, answered()), over(2, answered())];
    same(&kept(journal.questions(claim.run).await, promise), &expected, promise);
    let promise = "a question that was answered is not answered by a message besides, and then nothing is written";
    ask(&journal, claim, 4).await;
    kept(journal.put("run", &message(Some(4), "3")).await, promise);
    let other = QuestionState::Answered { by: None, at: NOW };
    let besides = Append { asked: vec![over(4, other)], ..append(claim, [5]) };
    refused!(journal.append(besides).await, JournalError::Answered { question: 4, .. }, promise);
    same(&kept(journal.last(claim.run).await, promise).map(|record| record.seq), &Some(4), promise);
}
