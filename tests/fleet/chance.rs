//! Random choices that a seed repeats.

const SEED_VARIABLE: &str = "ERRAND_FAULT_SEED";

/// A splitmix64 sequence.
pub struct Chance {
    state: u64,
    pub seed: u64,
}

impl Chance {
    /// The seed of the environment, or this one.
    pub fn new(usual: u64) -> Self {
        let given = std::env::var(SEED_VARIABLE).ok();
        let seed = given.map_or(usual, |seed| seed.parse().expect("a number as the seed"));
        Self { state: seed, seed }
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let at = self.below(all.len() as u64);
        &all[usize::try_from(at).expect("an index")]
    }
}
