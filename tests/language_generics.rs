//! Generic steps and workflows, and the places where steps, workflows and contexts may be written.

mod common;

use common::{block_on, ended, way};
use loomflow::prelude::*;
use loomflow::{Provides, Step};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt::{Debug, Display};
use std::marker::PhantomData;
use std::str::FromStr;

/// What may stand in a list that is a value.
trait Item: Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> Item for T {}

#[step]
fn parse<T>(text: &str) -> Result<T, T::Err>
where
    T: Item + FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse()
}

#[step]
fn twice<T: Item + Clone>(item: &T) -> Vec<T> {
    vec![item.clone(), item.clone()]
}

#[step]
async fn show<T: Item + Debug>(item: T) -> String {
    std::future::ready(format!("{item:?}")).await
}

#[step]
fn leading<T: Item, const N: usize>(list: Vec<T>) -> Vec<T> {
    list.into_iter().take(N).collect()
}

#[test]
fn a_generic_step_is_named_with_its_types() {
    workflow! {
        Flow(text: String) -> String {
            start -> parse::<i64>(text) -> twice::<i64>(parse) -> leading::<i64, 1>(twice) -> show::<Vec<i64>>(_) -> end;
        }
    }
    assert_eq!(ended(Flow::trace(&(), "-7".into())), way("parse twice leading show", "[-7]"));
}

#[test]
fn a_generic_step_stands_twice_with_other_types_under_an_alias() {
    workflow! {
        Flow(text: String) -> (u8, f64) {
            start -> small: parse::<u8>(text) -> large: parse::<f64>(text) -> end((small, large));
        }
    }
    assert_eq!(ended(Flow::trace(&(), "7".into())).1, (7, 7.0));
}

workflow! {
    /// Parses a text, and shows it `N` times.
    pub(crate) Shown<T: Item + Debug + Clone, const N: usize>(text: String, other: T) -> (String, Vec<T>)
    where
        T: FromStr + PartialEq,
        T::Err: std::error::Error + Send + Sync,
    {
        let seen: Vec<T> = Vec::new();
        start -> parse::<T>(text) -> if parse == other { end((String::new(), seen)) }
              -> seen = (vec![parse; N]) -> twice::<T>(other) -> show::<Vec<T>>(twice) -> end((show, seen));
    }
}

#[test]
fn a_workflow_may_be_generic_with_a_where_clause_and_constants() {
    let (path, (text, seen)) = ended(Shown::<u32, 3>::trace(&(), "5".into(), 7));
    assert_eq!((path.as_str(), text.as_str(), seen), ("parse twice show", "[7, 7]", vec![5, 5, 5]));
    let (path, (text, seen)) = ended(Shown::<String, 0>::trace(&(), "5".into(), "5".into()));
    assert_eq!((path.as_str(), text.as_str(), seen), ("parse", "", Vec::new()));
}

#[test]
fn a_generic_workflow_is_a_step_of_another() {
    workflow! {
        Outer<T: Item + Debug + Clone + FromStr + PartialEq>(text: String, other: T) -> String
        where
            T::Err: std::error::Error + Send + Sync,
        {
            start -> Shown::<T, 2>(text, other) -> numbers: Shown::<i8, 1>(text, 1_i8)
                  -> end(format!("{Shown:?} {:?}", numbers.1));
        }
    }
    assert_eq!(
        ended(Outer::trace(&(), "5".into(), 'x')),
        way("Shown parse twice show numbers parse twice show", r#"("['x', 'x']", ['5', '5']) [5]"#)
    );
    assert_eq!(Outer::<bool>::GRAPH.name(), "Outer");
}

#[test]
fn a_bound_can_be_a_constant_parameter() {
    workflow! {
        Flow<const N: u32>() -> u32 {
            let n: u32 = 0;
            start -> n = one_more(n) -> {} -> n = one_more(n) max N else end(n);
        }
    }
    #[step]
    fn one_more(n: u32) -> u32 {
        n + 1
    }
    assert_eq!(ended(Flow::<5>::trace(&())).1, 6);
    assert_eq!(ended(Flow::<0>::trace(&())).1, 1);
}

#[test]
fn a_generic_workflow_routes_loops_and_merges() {
    workflow! {
        Flow<K: Item + Ord + Clone, V: Item + Clone + Default>(map: BTreeMap<K, V>, keys: Vec<K>) -> Vec<V> {
            let found: Vec<V> = Vec::new();
            let at: usize = 0;
            start -> value = get::<K, V>(map, keys, at) -> match {
                Some(value) => found = push::<V>(found, value),
                None => found = default: push::<V>(found, V::default()),
            } -> at = (at + 1)
              -> if at < keys.len() { value = get::<K, V>(map, keys, at) max keys.len() else end(found) } -> end(found);
        }
    }
    #[step]
    fn get<K: Item + Ord, V: Item + Clone>(map: &BTreeMap<K, V>, keys: &[K], at: usize) -> Option<V> {
        map.get(&keys[at]).cloned()
    }
    #[step]
    fn push<V: Item>(mut list: Vec<V>, item: V) -> Vec<V> {
        list.push(item);
        list
    }
    let map = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
    let keys = ["b", "x", "a"].map(str::to_owned).to_vec();
    assert_eq!(ended(Flow::trace(&(), map, keys)), ("get push get default get push".to_owned(), vec![2, 0, 1]));
}

mod inner {
    use loomflow::prelude::*;

    pub(crate) mod steps {
        use loomflow::prelude::*;

        #[step]
        pub(crate) fn up(n: u32) -> u32 {
            n + 1
        }

        #[step]
        pub(in crate::inner) fn down(n: u32) -> u32 {
            n - 1
        }
    }

    workflow! {
        /// Of a module.
        pub(crate) Flow(n: u32) -> u32 { start -> steps::up(n) -> super::inner::steps::down(up) -> own(down) -> end; }
    }

    #[step]
    fn own(n: u32) -> u32 {
        n * 2
    }
}

#[test]
fn workflows_and_steps_stand_in_modules_with_a_visibility() {
    workflow! {
        Outer(n: u32) -> u32 { start -> inner::Flow(n) -> crate::inner::steps::up(Flow) -> end; }
    }
    assert_eq!(ended(inner::Flow::trace(&(), 4)), way("up down own", 8_u32));
    assert_eq!(ended(Outer::trace(&(), 4)), way("Flow up down own up", 9_u32));
    assert_eq!(inner::Flow::GRAPH.doc(), "Of a module.");
}

#[test]
fn workflows_and_steps_stand_in_the_body_of_a_function() {
    fn doubled(n: u32) -> u32 {
        #[step]
        fn double(n: u32) -> u32 {
            n * 2
        }
        workflow! {
            Flow(n: u32) -> u32 { start -> double(n) -> end; }
        }
        ended(Flow::trace(&(), n)).1
    }
    assert_eq!(doubled(4), 8);
}

#[test]
fn a_macro_may_write_steps_and_workflows() {
    macro_rules! pipeline {
        ($name:ident: $($step:ident)->+) => {
            workflow! { $name(n: u32) -> u32 { start -> $($step)->+ -> end; } }
        };
    }
    macro_rules! adds {
        ($($name:ident $by:literal),*) => {$(
            #[step]
            fn $name(n: u32) -> u32 {
                n + $by
            }
        )*};
    }
    adds!(one 1, ten 10, hundred 100);
    pipeline!(Sum: one -> ten -> hundred);
    assert_eq!(ended(Sum::trace(&(), 5)), way("one ten hundred", 116_u32));
}

#[test]
fn a_step_is_still_a_function_and_can_be_passed_as_one() {
    assert_eq!(parse::<u8>("5"), Ok(5));
    assert_eq!(twice(&'x'), ['x', 'x']);
    assert_eq!(block_on(show(5)), "5");
    let ups: Vec<u32> = [1, 2].into_iter().map(inner::steps::up).collect();
    assert_eq!(ups, [2, 3]);
}

/// Counts characters.
///
/// All of them.
#[step(retry = 2)]
fn characters(text: &str) -> usize {
    text.chars().count()
}

#[test]
fn a_step_and_a_workflow_tell_their_name_and_documentation() {
    fn told<S: Step>() -> (&'static str, &'static str, u32) {
        (S::NAME, S::DOC, S::POLICY.attempts)
    }
    assert_eq!(told::<characters>(), ("characters", "Counts characters.\n\nAll of them.", 3));
    assert_eq!(told::<Shown<u8, 1>>(), ("Shown", "Parses a text, and shows it `N` times.", 1));
    assert_eq!(characters("aé"), 2);
}

mod context {
    use super::*;

    struct Name(&'static str);
    struct Limit(usize);

    trait Model: Send + Sync {
        fn answer(&self, question: &str) -> String;
    }

    struct Echo;

    impl Model for Echo {
        fn answer(&self, question: &str) -> String {
            format!("{question}!")
        }
    }

    #[step]
    fn greet(#[context] name: &Name, #[context] limit: &Limit, greeting: &str) -> String {
        format!("{greeting} {}", name.0).chars().take(limit.0).collect()
    }

    #[step]
    fn named(greeting: &str, #[context] name: &Name) -> String {
        format!("{} {greeting}", name.0)
    }

    workflow! {
        Greet(greeting: String) -> String { start -> greet(greeting) -> end; }
    }

    workflow! {
        Named(greeting: String) -> String { start -> named(greeting) -> end; }
    }

    #[test]
    fn a_struct_provides_its_fields() {
        #[derive(Context)]
        struct App {
            limit: Limit,
            name: Name,
        }
        let app = App { name: Name("Ann"), limit: Limit(5) };
        assert_eq!(ended(Greet::trace(&app, "Hi".into())).1, "Hi An");
        assert_eq!(ended(Named::trace(&app, "hi".into())).1, "Ann hi");
    }

    #[test]
    fn a_tuple_struct_provides_its_fields_but_those_that_are_skipped() {
        #[derive(Context)]
        struct App(Name, #[context(skip)] Name, Limit);
        let app = App(Name("Ann"), Name("Bob"), Limit(99));
        assert_eq!(ended(Greet::trace(&app, "Hi".into())).1, "Hi Ann");
        assert_eq!(app.1.0, "Bob");
    }

    #[test]
    fn a_context_may_be_generic() {
        struct Wise<M>(M);
        struct Names<T>(Vec<T>);

        #[derive(Context)]
        struct App<M, T: Display>
        where
            M: Model,
        {
            model: Wise<M>,
            names: Names<T>,
            #[context(skip)]
            _marker: PhantomData<T>,
        }
        #[step]
        fn ask<M: Model + 'static>(
            #[context] model: &Wise<M>,
            #[context] names: &Names<String>,
            question: &str,
        ) -> String {
            format!("{}: {}", names.0.join(" and "), model.0.answer(question))
        }
        workflow! {
            Ask<M: Model + 'static>(question: String) -> String { start -> ask::<M>(question) -> end; }
        }
        let app = App { model: Wise(Echo), names: Names(vec!["Ann".to_owned()]), _marker: PhantomData };
        assert_eq!(ended(Ask::<Echo>::trace(&app, "Why".into())).1, "Ann: Why!");
    }

    #[test]
    fn what_a_step_needs_may_have_no_size() {
        struct App(Box<dyn Model>);
        impl Provides<dyn Model> for App {
            fn provide(&self) -> &(dyn Model + 'static) {
                &*self.0
            }
        }
        #[step]
        fn ask(#[context] model: &dyn Model, question: &str) -> String {
            model.answer(question)
        }
        workflow! {
            Ask(question: String) -> String { start -> ask(question) -> end; }
        }
        assert_eq!(ended(Ask::trace(&App(Box::new(Echo)), "Why".into())).1, "Why!");
        let model: &dyn Model = &Echo;
        assert_eq!(ended(Ask::trace(model, "Why".into())).1, "Why!");
    }

    #[test]
    fn a_single_dependency_is_context_enough() {
        assert_eq!(ended(Named::trace(&Name("Ann"), "hi".into())).1, "Ann hi");
    }

    #[test]
    fn without_needs_anything_is_context_enough() {
        assert_eq!(ended(inner::Flow::trace(&(), 1)).1, 2);
        assert_eq!(ended(inner::Flow::trace("anything", 1)).1, 2);
        assert_eq!(ended(inner::Flow::trace(&Limit(0), 1)).1, 2);
    }
}

mod kinds {
    use super::*;

    #[derive(Debug, PartialEq, thiserror::Error)]
    #[error("it is zero")]
    struct Zero;

    type Checked<T> = Result<T, Zero>;

    mod result {
        pub(super) type Result<T> = std::result::Result<T, super::Zero>;
    }

    #[step]
    fn plain(n: u32) -> u32 {
        n + 1
    }

    #[step]
    async fn waiting(n: u32) -> u32 {
        tokio::task::yield_now().await;
        n + 1
    }

    #[step]
    fn fallible(n: u32) -> Result<u32, Zero> {
        n.checked_sub(1).ok_or(Zero)
    }

    #[step]
    async fn both(n: u32) -> Result<u32, Zero> {
        tokio::task::yield_now().await;
        n.checked_sub(1).ok_or(Zero)
    }

    #[step]
    fn aliased(n: u32) -> result::Result<u32> {
        n.checked_sub(1).ok_or(Zero)
    }

    #[step]
    fn formatted(n: u32) -> std::fmt::Result {
        if n > 100 { Err(std::fmt::Error) } else { Ok(()) }
    }

    #[step]
    fn expected(n: u32) -> Result<Result<u32, String>, Zero> {
        match n {
            0 => Err(Zero),
            1 => Ok(Err("one".to_owned())),
            n => Ok(Ok(n)),
        }
    }

    #[step]
    fn nothing() {}

    #[test]
    fn steps_may_wait_and_fail_or_not() {
        workflow! {
            Flow(n: u32) -> u32 {
                start -> plain -> waiting -> fallible -> both -> aliased -> formatted(aliased) -> nothing -> end(aliased);
            }
        }
        assert_eq!(ended(Flow::trace(&(), 5)), way("plain waiting fallible both aliased formatted nothing", 4_u32));
        let (path, outcome) = block_on(Flow::trace(&(), 0));
        assert_eq!(path, ["plain", "waiting", "fallible", "both", "aliased"]);
        assert_eq!(outcome.unwrap_err().downcast_ref(), Some(&Zero));
        let failure = block_on(Flow::run(&(), 500)).unwrap_err();
        assert_eq!(failure.node(), "formatted");
    }

    #[test]
    fn an_outcome_that_is_expected_is_routed_on() {
        workflow! {
            Flow(n: u32) -> String {
                start -> expected(n) -> match { Ok(n) => end(n.to_string()), Err(why) => end(why) };
            }
        }
        assert_eq!(ended(Flow::trace(&(), 2)).1, "2");
        assert_eq!(ended(Flow::trace(&(), 1)).1, "one");
        assert!(block_on(Flow::run(&(), 0)).is_err());
    }

    #[test]
    fn another_name_for_result_is_a_plain_output() {
        #[step]
        fn checked(n: u32) -> Option<u32> {
            let checked: Checked<u32> = n.checked_sub(1).ok_or(Zero);
            checked.ok()
        }
        workflow! {
            Flow(n: u32) -> Option<u32> { start -> checked -> end; }
        }
        assert_eq!(ended(Flow::trace(&(), 0)).1, None);
    }
}
