//! The server as a test has it.

use crate::{
    reply::Reply,
    request::Request,
    server::{Answers, State, serve},
};
use std::{
    collections::VecDeque,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread,
};
use tokio::sync::oneshot;

/// A server that stands in for a language model's.
///
/// # Panics
/// When it is dropped, if it was asked more often than its script has replies.
#[derive(Debug)]
pub struct Double {
    address: SocketAddr,
    state: Arc<State>,
    /// Dropped, it ends the server.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Double {
    /// A server that answers chat completions with these, one after the other.
    ///
    /// # Panics
    /// If the machine has no port or no thread left.
    pub fn scripted(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::start(Answers::Script(replies.into_iter().collect()))
    }

    /// A server that answers chat completions with what the function makes of them. It is not asked about those that are
    /// refused.
    ///
    /// # Panics
    /// If the machine has no port or no thread left.
    pub fn answering(answer: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        Self::start(Answers::Function(Box::new(answer)))
    }

    fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
        listener.set_nonblocking(true).expect("a socket can be non-blocking");
        let address = listener.local_addr().expect("a bound socket has an address");
        let state = Arc::new(State::new(answers));
        let (stop, stopped) = oneshot::channel();
        let serving = state.clone();
        let thread = thread::Builder::new().name("loomflow-double".to_owned());
        let thread = thread.spawn(move || serve(listener, serving, stopped)).expect("there is a free thread");
        Double { address, state, stop: Some(stop), thread: Some(thread) }
    }

    /// The same, and it wants this key from now on. One that is wrong is repeated in what it answers, so that a client that
    /// shows what it is told can be found out.
    #[must_use]
    pub fn requiring(self, key: impl Into<String>) -> Self {
        self.state.require(key.into());
        self
    }

    /// Where it is: what `OPENAI_BASE_URL` is set to.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What it was asked, the refused requests too, in their order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests()
    }

    /// How many replies of its script are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.state.left()
    }

    /// Ends the server, and makes sure that it has said all it was to say.
    ///
    /// # Panics
    /// If replies of its script are left, or there were too few.
    pub fn finish(self) {
        let left = self.left();
        assert_eq!(left, 0, "{left} replies of the script were not asked for");
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(thread::JoinHandle::join);
        if thread::panicking() {
            return;
        }
        assert!(!matches!(ended, Some(Err(_))), "the double itself panicked");
        let exhausted = self.state.exhausted();
        assert_eq!(exhausted, 0, "the script was exhausted: {exhausted} more requests came than it has replies");
    }
}

/// A script with what is left of it.
pub(crate) type Script = VecDeque<Reply>;
