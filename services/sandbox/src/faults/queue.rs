use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use thiserror::Error;

use super::kind::{Fault, FaultKind, Vendor};

const MAX_WAITING_FAULTS: usize = 100;
const MAX_FAULT_COUNT: u32 = 100_000;
const MAX_FAULT_DELAY_MS: u64 = 600_000;

/// Why a fault was not taken.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum FaultError {
    /// This vendor never fails in this way.
    #[error(
        "{vendor:?} never answers with {fault:?}; rate_limit_400 is Linear's, rate_limit_200 Linear's and Slack's, overloaded_529 the LLM's"
    )]
    NotThisVendor {
        /// Who was asked to fail.
        vendor: Vendor,
        /// How.
        fault: FaultKind,
    },
    /// A number is outside its limits.
    #[error("count must be 1 to {MAX_FAULT_COUNT} and delay_ms at most {MAX_FAULT_DELAY_MS}")]
    OutOfRange,
    /// Too many are waiting.
    #[error("{MAX_WAITING_FAULTS} faults are waiting already; clear them first")]
    TooMany,
}

/// The faults that wait for a request. Cheap to clone: clones share one queue.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    waiting: Arc<Mutex<VecDeque<Fault>>>,
}

impl Faults {
    /// Puts a fault in line behind those already waiting.
    ///
    /// # Errors
    /// When the vendor never fails in this way, a number is out of range, or too many faults wait.
    pub fn inject(&self, fault: Fault) -> Result<(), FaultError> {
        if !can_happen(fault.vendor, fault.fault) {
            return Err(FaultError::NotThisVendor {
                vendor: fault.vendor,
                fault: fault.fault,
            });
        }
        if !(1..=MAX_FAULT_COUNT).contains(&fault.count)
            || fault.delay_ms.is_some_and(|ms| ms > MAX_FAULT_DELAY_MS)
        {
            return Err(FaultError::OutOfRange);
        }
        let mut waiting = self.lock();
        if waiting.len() >= MAX_WAITING_FAULTS {
            return Err(FaultError::TooMany);
        }
        waiting.push_back(fault);
        Ok(())
    }

    /// The faults that still wait, first come first.
    pub fn waiting(&self) -> Vec<Fault> {
        self.lock().iter().cloned().collect()
    }

    /// Forgets every waiting fault.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// The fault that this request meets, if any, counted down by one.
    pub(super) fn take(&self, vendor: Vendor, operation: &str) -> Option<Fault> {
        let mut waiting = self.lock();
        let fits = |fault: &Fault| {
            fault.vendor == vendor
                && fault
                    .operation
                    .as_deref()
                    .is_none_or(|wanted| wanted == operation)
        };
        let index = waiting.iter().position(fits)?;
        let met = waiting.get(index)?.clone();
        if met.count <= 1 {
            waiting.remove(index);
        } else if let Some(fault) = waiting.get_mut(index) {
            fault.count -= 1;
        }
        Some(met)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Fault>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn can_happen(vendor: Vendor, fault: FaultKind) -> bool {
    match fault {
        FaultKind::RateLimit400 => vendor == Vendor::Linear,
        FaultKind::RateLimit200 => matches!(vendor, Vendor::Linear | Vendor::Slack),
        FaultKind::Overloaded529 => vendor == Vendor::Llm,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_met_as_often_as_it_says_and_in_order() {
        let faults = Faults::default();
        faults
            .inject(Fault::new(Vendor::Slack, FaultKind::Error500).times(2))
            .expect("taken");
        faults
            .inject(Fault::new(Vendor::Slack, FaultKind::Slow))
            .expect("taken");
        let met: Vec<_> = (0..4)
            .map(|_| faults.take(Vendor::Slack, "x").map(|fault| fault.fault))
            .collect();
        assert_eq!(
            met,
            [
                Some(FaultKind::Error500),
                Some(FaultKind::Error500),
                Some(FaultKind::Slow),
                None
            ]
        );
    }

    #[test]
    fn a_fault_for_one_operation_leaves_the_others_alone() {
        let faults = Faults::default();
        faults
            .inject(Fault::new(Vendor::Linear, FaultKind::Timeout).on("issueCreate"))
            .expect("taken");
        assert_eq!(faults.take(Vendor::Linear, "issue"), None);
        assert_eq!(faults.take(Vendor::Github, "issueCreate"), None);
        assert!(faults.take(Vendor::Linear, "issueCreate").is_some());
    }

    #[test]
    fn what_cannot_happen_is_refused() {
        let faults = Faults::default();
        let overloaded_slack = Fault::new(Vendor::Slack, FaultKind::Overloaded529);
        assert!(matches!(
            faults.inject(overloaded_slack),
            Err(FaultError::NotThisVendor { .. })
        ));
        let never = Fault::new(Vendor::Slack, FaultKind::Slow).times(0);
        assert_eq!(faults.inject(never), Err(FaultError::OutOfRange));
    }
}
