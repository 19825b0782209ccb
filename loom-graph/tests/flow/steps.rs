//! After how many steps a run has ended.

use crate::{
    random::{BIG, FEW_COUNTS, always, bounded_flows, flows},
    run::{Random, most_steps, wander},
};
use loomflow_graph::flow::{
    Counter, Flow, Max, Per, Point, PointId, Way,
    assign::unset_reads,
    loops::unbounded,
    steps::{Steps, max_steps, max_steps_from},
};
use proptest::prelude::*;

fn number(steps: &Steps) -> u64 {
    steps.value(&|text| unreachable!("{text} is not in a flow of numbers"))
}

#[test]
fn there_is_a_most_exactly_when_every_loop_is_bounded() {
    always(prop_oneof![flows(BIG), bounded_flows(BIG)], |flow| {
        prop_assert_eq!(max_steps(flow).is_some(), unbounded(flow).is_empty());
        Ok(())
    });
}

#[test]
fn no_random_run_takes_more_steps() {
    always((bounded_flows(BIG), any::<u64>()), |(flow, seed)| {
        let Some(most) = max_steps(flow) else {
            return Ok(());
        };
        let (most, mut random) = (number(&most), Random(*seed));
        for _ in 0..20 {
            let run = wander(flow, &mut random, 200);
            prop_assert!(run.steps <= most, "{} steps are more than {most}", run.steps);
        }
        Ok(())
    });
}

#[test]
fn no_run_at_all_takes_more_steps_or_goes_on_for_ever() {
    always(bounded_flows(FEW_COUNTS), |flow| {
        match (most_steps(flow), max_steps(flow)) {
            (Some(true_most), Some(most)) => {
                prop_assert!(true_most <= number(&most), "{true_most} > {most}");
            }
            (None, most) => prop_assert_eq!(most, None, "a run goes on for ever"),
            // With these numbers every run ends; with others, one need not.
            (Some(_), None) => {}
        }
        Ok(())
    });
}

#[test]
fn no_random_run_reads_what_is_not_set_when_nothing_unset_is_told() {
    always((flows(BIG), any::<u64>()), |(flow, seed)| {
        // Without the reads that are told there is nothing left to tell, and something left to read.
        let mut mended = flow.clone();
        for unset in unset_reads(flow) {
            mended.points[unset.path[unset.path.len() - 1]].reads.retain(|&var| var != unset.var);
        }
        while let Some(unset) = unset_reads(&mended).pop() {
            mended.points[unset.path[unset.path.len() - 1]].reads.retain(|&var| var != unset.var);
        }
        let mut random = Random(*seed);
        for _ in 0..8 {
            prop_assert_eq!(wander(&mended, &mut random, 40).unset, []);
        }
        Ok(())
    });
}

/// The same flow, begun at another point.
fn begun_at(flow: &Flow, from: PointId) -> Flow {
    let other = |point: PointId| match point {
        0 => from,
        point if point == from => 0,
        point => point,
    };
    let mut flow = flow.clone();
    flow.points.swap(0, from);
    flow.points.iter_mut().flat_map(|point| &mut point.ways).for_each(|way| way.to = other(way.to));
    flow
}

fn one_for_each_call(flow: &Flow) -> impl Fn(PointId) -> Steps {
    |point| Steps::Number(u64::from(flow.points[point].node.is_some()))
}

#[test]
fn the_most_from_a_point_is_the_most_of_a_run_that_begins_there() {
    always((bounded_flows(BIG), any::<u8>()), |(flow, from)| {
        let from = usize::from(*from) % flow.points.len();
        let most = max_steps_from(flow, from, &one_for_each_call(flow));
        let begun = max_steps(&begun_at(flow, from));
        prop_assert_eq!(most.as_ref().map(number), begun.as_ref().map(number), "from {}", from);
        let start = max_steps_from(flow, 0, &one_for_each_call(flow));
        prop_assert_eq!(start, max_steps(flow));
        Ok(())
    });
}

#[test]
fn no_run_from_a_point_takes_more_where_points_take_several_steps() {
    always((bounded_flows(BIG), any::<u8>(), any::<u64>()), |(flow, from, seed)| {
        let from = usize::from(*from) % flow.points.len();
        let begun = begun_at(flow, from);
        // As many steps as the number of the point says, and as a fork would at some of them.
        let weight = |point: PointId| point as u64 % 4;
        let Some(most) = max_steps_from(&begun, 0, &|point| Steps::Number(weight(point))) else {
            return Ok(());
        };
        let (most, mut random) = (number(&most), Random(*seed));
        for _ in 0..20 {
            let steps: u64 = wander(&begun, &mut random, 200).path.iter().map(|&point| weight(point)).sum();
            prop_assert!(steps <= most, "{steps} steps are more than {most}");
        }
        Ok(())
    });
}

#[test]
fn behind_a_point_that_leads_nowhere_its_own_steps_are_the_most() {
    let flow = flow_of(3, &[(0, 1, None), (0, 2, None)], &[]);
    let weight = |point: PointId| Steps::Number([1, 10, 100][point]);
    let most = |from| max_steps_from(&flow, from, &weight).map(|steps| number(&steps));
    assert_eq!([most(0), most(1), most(2)], [Some(101), Some(10), Some(100)]);
    assert_eq!(most(3), Some(0));
}

/// The same flow, with names for its numbers.
fn with_names(flow: &Flow) -> Flow {
    let mut named = flow.clone();
    for (index, counter) in named.counters.iter_mut().enumerate() {
        counter.max = Max::Expression(format!("n{index}"));
    }
    named
}

#[test]
fn a_formula_has_the_value_that_the_numbers_would_have_given() {
    let max = prop_oneof![0..4_u64, any::<u64>(), Just(u64::MAX)];
    always((bounded_flows(BIG), proptest::collection::vec(max, BIG.counters)), |(flow, maxes)| {
        let mut flow = flow.clone();
        flow.counters.iter_mut().zip(maxes).for_each(|(counter, &max)| counter.max = Max::Number(max));
        let Some(most) = max_steps(&flow) else {
            return Ok(());
        };
        let Some(formula) = max_steps(&with_names(&flow)) else {
            return Err(TestCaseError::fail("a number, no formula"));
        };
        let of = |name: &str| maxes[name[1..].parse::<usize>().unwrap_or(usize::MAX)];
        prop_assert_eq!(formula.value(&of), number(&most), "{}", formula);
        prop_assert_eq!(Text(&formula.to_string(), &of).whole(), number(&most), "{}", formula);
        Ok(())
    });
}

/// What is left of a formula to be worked out as it is read, and what its names stand for.
struct Text<'t>(&'t str, &'t dyn Fn(&str) -> u64);

impl Text<'_> {
    fn whole(mut self) -> u64 {
        let sum = self.sum();
        assert_eq!(self.0, "");
        sum
    }

    fn takes(&mut self, text: &str) -> bool {
        self.0.strip_prefix(text).map(|rest| self.0 = rest).is_some()
    }

    fn sum(&mut self) -> u64 {
        let mut sum = self.product();
        while self.takes(" + ") {
            sum = sum.saturating_add(self.product());
        }
        sum
    }

    fn product(&mut self) -> u64 {
        let mut product = self.factor();
        while self.takes(" * ") {
            product = product.saturating_mul(self.factor());
        }
        product
    }

    fn factor(&mut self) -> u64 {
        let most = self.takes("max");
        if self.takes("(") {
            let mut value = self.sum();
            while most && self.takes(", ") {
                value = value.max(self.sum());
            }
            assert!(self.takes(")"), "{}", self.0);
            return value;
        }
        let end = self.0.find(|c: char| !c.is_alphanumeric()).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        word.parse().unwrap_or_else(|_| (self.1)(word))
    }
}

/// Points that call the node of their own number, and the ways between them, some with a bound.
fn flow_of(many: usize, ways: &[(PointId, PointId, Option<usize>)], counters: &[(&str, Per)]) -> Flow {
    let mut points: Vec<Point> = (0..many).map(|node| Point { node: Some(node), ..Point::default() }).collect();
    for &(from, to, bound) in ways {
        points[from].ways.push(Way { to, bound, ..Way::default() });
    }
    let max = |text: &str| text.parse().map_or_else(|_| Max::Expression(text.to_owned()), Max::Number);
    let counters = counters.iter().map(|&(text, per)| Counter { max: max(text), per }).collect();
    Flow { points, counters }
}

fn shown(flow: &Flow) -> String {
    max_steps(flow).map_or("for ever".to_owned(), |steps| steps.to_string())
}

#[test]
fn a_chain_takes_as_many_steps_as_it_has_nodes() {
    for many in 1..9 {
        let ways: Vec<_> = (1..many).map(|to| (to - 1, to, None)).collect();
        let mut chain = flow_of(many, &ways, &[]);
        assert_eq!(shown(&chain), many.to_string());
        // What is only computed takes none.
        chain.points[many / 2].node = None;
        assert_eq!(shown(&chain), (many - 1).to_string());
    }
    assert_eq!(shown(&Flow::default()), "0");
}

#[test]
fn of_branches_the_longest_counts() {
    let diamond = flow_of(5, &[(0, 1, None), (1, 2, None), (0, 2, None), (2, 3, None), (0, 3, None)], &[]);
    assert_eq!(shown(&diamond), "4");
}

#[test]
fn a_chain_with_one_loop_is_counted_exactly() {
    for many in 1..6 {
        for last in 0..many {
            for head in 0..=last {
                for max in 1..4 {
                    let mut ways: Vec<_> = (1..many).map(|to| (to - 1, to, None)).collect();
                    ways.push((last, head, Some(0)));
                    let flow = flow_of(many, &ways, &[(&max.to_string(), Per::Unsaid)]);
                    let exact = many + max * (last - head + 1);
                    assert_eq!(shown(&flow), exact.to_string());
                    assert_eq!(most_steps(&flow), Some(exact as u64));
                }
            }
        }
    }
}

#[test]
fn a_loop_left_in_its_middle_is_counted_exactly() {
    // write -> review -> { end | revise -> review max 3 }
    let flow = flow_of(4, &[(0, 1, None), (1, 2, None), (2, 1, Some(0)), (1, 3, None)], &[("3", Per::Unsaid)]);
    assert_eq!((shown(&flow).as_str(), most_steps(&flow)), ("10", Some(9)));
    // With the bound where the loop is entered again, what is behind it is not counted once too often.
    let flow = flow_of(4, &[(0, 1, None), (1, 2, Some(0)), (2, 1, None), (1, 3, None)], &[("3", Per::Unsaid)]);
    assert_eq!((shown(&flow).as_str(), most_steps(&flow)), ("9", Some(9)));
}

// 0 -> 1 -> 2 -> 3 -> 4 with a loop 2 -> 2 and one round it, 1 -> 2 -> 3.
fn nested(inner: (&str, Per), outer: (&str, Per)) -> Flow {
    let ways = [(0, 1, None), (1, 2, None), (2, 2, Some(0)), (2, 3, None), (3, 1, Some(1)), (3, 4, None)];
    flow_of(5, &ways, &[inner, outer])
}

#[test]
fn a_count_that_an_outer_loop_starts_anew_counts_for_each_round() {
    let per_round = nested(("2", Per::Node(1)), ("3", Per::Run));
    assert_eq!((shown(&per_round).as_str(), most_steps(&per_round)), ("22", Some(22)));
    let per_run = nested(("2", Per::Run), ("3", Per::Run));
    assert_eq!(most_steps(&per_run), Some(16));
    assert_eq!(shown(&nested(("2", Per::Node(1)), ("3", Per::Node(2)))), "for ever");
}

#[test]
fn a_formula_names_the_expressions_after_max() {
    assert_eq!(shown(&nested(("n", Per::Node(1)), ("limit", Per::Run))), "5 + n + limit * (3 + n)");
    assert_eq!(shown(&nested(("2", Per::Node(1)), ("limit", Per::Run))), "7 + limit * 5");
    assert_eq!(shown(&nested(("n", Per::Node(1)), ("4", Per::Run))), "5 + n + 4 * (3 + n)");
    let chain = flow_of(2, &[(0, 1, None), (1, 0, Some(0))], &[("self.limit", Per::Run)]);
    assert_eq!(shown(&chain), "2 + self.limit * 2");
}

#[test]
fn a_loop_that_calls_no_node_takes_no_steps() {
    let mut flow = flow_of(2, &[(0, 1, None), (1, 1, Some(0))], &[("n", Per::Run)]);
    flow.points[1].node = None;
    assert_eq!(shown(&flow), "1");
}

#[test]
fn an_expression_of_several_words_stands_in_parentheses() {
    let one = flow_of(1, &[(0, 0, Some(0))], &[("n << 1", Per::Run)]);
    assert_eq!(shown(&one), "1 + (n << 1)");
    let two = flow_of(2, &[(0, 1, None), (1, 0, Some(0))], &[("n - 1", Per::Run)]);
    assert_eq!(shown(&two), "2 + (n - 1) * 2");
}

#[test]
fn of_two_formulas_only_what_differs_is_compared() {
    let ways = [(0, 1, None), (0, 2, None), (1, 1, Some(0)), (2, 2, Some(1)), (1, 3, None), (2, 3, None)];
    let mut flow = flow_of(4, &ways, &[("a", Per::Run), ("b", Per::Run), ("c", Per::Run)]);
    assert_eq!(shown(&flow), "3 + max(a, b)");
    flow.points[3].ways.push(Way { to: 3, bound: Some(2), ..Way::default() });
    assert_eq!(shown(&flow), "3 + c + max(a, b)");
    flow.points[2].ways.remove(0);
    assert_eq!(shown(&flow), "3 + c + a");
}

#[test]
fn of_formulas_that_are_alike_one_is_shown() {
    let ways = [(0, 1, None), (0, 2, None), (0, 3, None), (1, 1, Some(0)), (2, 2, Some(1)), (3, 3, Some(2))];
    let flow = flow_of(4, &ways, &[("a", Per::Run), ("b", Per::Run), ("a", Per::Run)]);
    assert_eq!(shown(&flow), "2 + max(a, b)");
}

#[test]
fn many_branches_in_a_row_make_no_long_formula() {
    // Thirty times: either of two loops, then on.
    let (mut ways, mut counters) = (vec![], vec![]);
    for at in (0..90).step_by(3) {
        let counter = counters.len();
        ways.extend([(at, at + 1, None), (at, at + 2, None), (at + 1, at + 3, None), (at + 2, at + 3, None)]);
        ways.extend([(at + 1, at + 1, Some(counter)), (at + 2, at + 2, Some(counter + 1))]);
        counters.extend([("a", Per::Run), ("b", Per::Run)]);
    }
    assert_eq!(shown(&flow_of(91, &ways, &counters)).matches("max(a, b)").count(), 30);
}

#[test]
fn a_number_too_big_is_the_biggest() {
    let most = u64::MAX.to_string();
    let flow = flow_of(2, &[(0, 0, Some(0)), (0, 1, None), (1, 1, Some(1))], &[(&most, Per::Run), (&most, Per::Run)]);
    let steps = max_steps(&flow);
    assert_eq!(steps.map(|steps| number(&steps)), Some(u64::MAX));
}

#[test]
fn a_value_is_worked_out_of_what_the_expressions_are() {
    let limit = || Steps::Expression("limit".to_owned());
    let n = || Steps::Expression("n".to_owned());
    let of = |text: &str| if text == "limit" { 4 } else { 7 };
    let inner = Steps::Sum(vec![Steps::Number(3), n()]);
    let steps = Steps::Sum(vec![Steps::Number(2), Steps::Product(Box::new(limit()), Box::new(inner))]);
    assert_eq!((steps.to_string().as_str(), steps.value(&of)), ("2 + limit * (3 + n)", 42));
    let most = Steps::Most(vec![Steps::Number(5), limit(), n()]);
    assert_eq!((most.to_string().as_str(), most.value(&of)), ("max(5, limit, n)", 7));
    let product = Steps::Product(Box::new(most), Box::new(Steps::Number(2)));
    assert_eq!((product.to_string().as_str(), product.value(&of)), ("max(5, limit, n) * 2", 14));
    assert_eq!(Steps::Sum(vec![Steps::Number(u64::MAX), n()]).value(&of), u64::MAX);
}
