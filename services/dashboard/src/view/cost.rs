/// "$0.42"; empty when unknown.
pub fn cost(micro_usd: u64) -> String {
    match micro_usd {
        0 => String::new(),
        1..10_000 => "under $0.01".to_owned(),
        _ => format!(
            "${}.{:02}",
            micro_usd / 1_000_000,
            micro_usd % 1_000_000 / 10_000
        ),
    }
}
