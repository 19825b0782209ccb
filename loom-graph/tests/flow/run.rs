//! A run as the language tells it: the judge of what is said about all runs.

use loomflow_graph::flow::{Flow, Max, Per, PointId, VarId};

/// A run that stands at a point.
#[derive(Debug, Clone)]
pub(crate) struct Run<'f> {
    flow: &'f Flow,
    /// Where it stands.
    pub(crate) at: PointId,
    /// How often the ways of each counter were taken since the count began.
    pub(crate) taken: Vec<u64>,
    /// Where it has been, and where it stands.
    pub(crate) path: Vec<PointId>,
    /// How many nodes it has called.
    pub(crate) steps: u64,
    /// What it has read that was not set.
    pub(crate) unset: Vec<(VarId, PointId)>,
    set: Vec<VarId>,
}

impl<'f> Run<'f> {
    pub(crate) fn start(flow: &'f Flow) -> Self {
        let taken = vec![0; flow.counters.len()];
        let mut run = Run { flow, at: 0, taken, path: vec![], steps: 0, unset: vec![], set: vec![] };
        run.come(0);
        run
    }

    /// The ways it can go: a bounded one only while its bound is not spent.
    pub(crate) fn open(&self) -> Vec<usize> {
        let spent = |counter: usize| match self.flow.counters[counter].max {
            Max::Number(max) => self.taken[counter] >= max,
            Max::Expression(_) => unreachable!("only numbers run here"),
        };
        let ways = self.flow.points[self.at].ways.iter().enumerate();
        ways.filter(|(_, way)| !way.bound.is_some_and(spent)).map(|(index, _)| index).collect()
    }

    pub(crate) fn go(&mut self, way: usize) {
        let way = &self.flow.points[self.at].ways[way];
        if let Some(counter) = way.bound {
            self.taken[counter] += 1;
        }
        self.set.retain(|var| !way.clears.contains(var));
        self.set.extend(&way.sets);
        self.come(way.to);
    }

    fn come(&mut self, at: PointId) {
        let point = &self.flow.points[at];
        self.at = at;
        self.path.push(at);
        if let Some(node) = point.node {
            self.steps += 1;
            for (taken, counter) in self.taken.iter_mut().zip(&self.flow.counters) {
                if counter.per == Per::Node(node) {
                    *taken = 0;
                }
            }
        }
        self.unset.extend(point.reads.iter().filter(|var| !self.set.contains(var)).map(|&var| (var, at)));
        self.set.retain(|var| !point.clears.contains(var));
        self.set.extend(&point.sets);
    }
}

/// A run that chooses at random, to its end or to so many points.
pub(crate) fn wander<'f>(flow: &'f Flow, random: &mut Random, points: usize) -> Run<'f> {
    let mut run = Run::start(flow);
    // Some runs go back wherever they can, so that bounds get spent; the others go anywhere.
    let loops = random.below(2) == 0;
    for _ in 1..points {
        let mut open = run.open();
        if loops && open.iter().any(|&way| flow.points[run.at].ways[way].to <= run.at) {
            open.retain(|&way| flow.points[run.at].ways[way].to <= run.at);
        }
        if open.is_empty() {
            break;
        }
        run.go(open[random.below(open.len())]);
    }
    run
}

/// Numbers that look random (`SplitMix64`).
#[derive(Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, many: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 33) as usize % many
    }
}

/// The most steps of any run, by looking at all of them, where no bound is above 3; none if some run goes on for ever.
pub(crate) fn most_steps(flow: &Flow) -> Option<u64> {
    #[derive(Clone, Copy)]
    enum Known {
        Nothing,
        OnTheWay,
        Most(u64),
    }
    fn place(run: &Run) -> usize {
        let counts = run.taken.iter().map(|&taken| usize::try_from(taken).unwrap_or(usize::MAX));
        counts.fold(run.at, |place, taken| 4 * place + taken)
    }
    fn onward(run: &Run, known: &mut [Known]) -> Option<u64> {
        let place = place(run);
        match known[place] {
            Known::Most(most) => return Some(most),
            Known::OnTheWay => return None,
            Known::Nothing => known[place] = Known::OnTheWay,
        }
        let mut most = 0;
        for way in run.open() {
            let mut next = run.clone();
            next.go(way);
            most = most.max(next.steps - run.steps + onward(&next, known)?);
        }
        known[place] = Known::Most(most);
        Some(most)
    }
    let places = flow.counters.iter().fold(flow.points.len(), |places, _| 4 * places);
    let run = Run::start(flow);
    Some(run.steps + onward(&run, &mut vec![Known::Nothing; places])?)
}
