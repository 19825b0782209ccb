//! What a mock is lent of what a step is given.

use crate::step::Step;

/// The arguments of a step as a mock is lent them: one by itself, several as a tuple.
pub trait Handed {
    /// What is lent.
    type Lent;
    /// Lends it.
    fn lent(&self) -> &Self::Lent;
}

/// What the closure of a mock is lent of a step: its one input, or a tuple of them.
pub type Lent<'a, S> = <<S as Step>::Args<'a> as Handed>::Lent;

impl Handed for () {
    type Lent = ();
    fn lent(&self) -> &() {
        self
    }
}

impl<A> Handed for (A,) {
    type Lent = A;
    fn lent(&self) -> &A {
        &self.0
    }
}

macro_rules! handed {
    ($($name:ident)*) => {
        impl<$($name),*> Handed for ($($name,)*) {
            type Lent = Self;
            fn lent(&self) -> &Self {
                self
            }
        }
    };
}
handed!(A B);
handed!(A B D);
handed!(A B D E);
handed!(A B D E F);
handed!(A B D E F G);
handed!(A B D E F G H);
handed!(A B D E F G H I);
handed!(A B D E F G H I J);
handed!(A B D E F G H I J K);
