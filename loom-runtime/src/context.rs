//! What a step needs besides its input: a model, a database, a clock.

/// A context that has a `T` to lend.
///
/// `#[derive(Context)]` implements it for the type of each field. Every type provides itself, so a single dependency
/// can be the whole context.
///
/// ```
/// use loomflow_runtime::Provides;
///
/// struct Llm;
/// struct App { llm: Llm }
/// impl Provides<Llm> for App {
///     fn provide(&self) -> &Llm { &self.llm }
/// }
/// let app = App { llm: Llm };
/// let _: &Llm = app.provide();
/// let _: &Llm = Llm.provide();
/// ```
pub trait Provides<T: ?Sized> {
    /// Lends it.
    fn provide(&self) -> &T;
}

impl<T: ?Sized> Provides<T> for T {
    #[inline]
    fn provide(&self) -> &T {
        self
    }
}

/// A context that has what the step `S` asks for; implemented for all that [provide](Provides) it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` provides no `{T}`, which `{S}` needs",
    label = "this context has no `{T}` for `{S}`",
    note = "add a field of type `{T}` to `{Self}` and derive `Context` for it"
)]
pub trait Needs<T: ?Sized, S: ?Sized> {
    /// Lends it.
    fn need(&self) -> &T;
}

#[diagnostic::do_not_recommend]
impl<C: Provides<T> + ?Sized, T: ?Sized, S: ?Sized> Needs<T, S> for C {
    #[inline]
    fn need(&self) -> &T {
        self.provide()
    }
}
