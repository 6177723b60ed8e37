//! Counters of money: what is left of a job's budget, and of those above it (§9.6).
//!
//! Decimals only. Which events are costs is told here by name; emitting events is the caller's.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rust_decimal::{Decimal, RoundingStrategy};

use super::grammar::{Amount, Currency, Refusal, max_value};
use crate::limits::{MAX_FRACTION_DIGITS, MAX_INTEGER_DIGITS};

/// The metric by which a runtime reports what is left of a budget.
pub const REMAINING_METRIC: &str = "cost.budget.remaining";

/// The counters of a job, and behind them those of the jobs that delegated to it.
///
/// Clones and children share counters.
#[derive(Debug, Clone)]
pub struct Budget {
    /// The job's own account, then its parent's, and so on up.
    chain: Vec<Arc<Account>>,
}

/// What is left of one counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remaining {
    /// The job whose counter it is.
    pub job: Arc<str>,
    /// What is counted.
    pub currency: Currency,
    /// What is left; below zero when more was spent than allowed.
    pub remaining: Decimal,
}

#[derive(Debug)]
struct Account {
    job: Arc<str>,
    counters: Mutex<BTreeMap<Currency, Decimal>>,
}

impl Budget {
    /// The counters of a job without a parent. Amounts in the same currency add up.
    pub fn new(job: impl Into<Arc<str>>, amounts: &[Amount]) -> Self {
        Self {
            chain: vec![Account::open(job.into(), amounts)],
        }
    }

    /// The counters of a job that this one delegates to.
    #[must_use]
    pub fn child(&self, job: impl Into<Arc<str>>, amounts: &[Amount]) -> Self {
        let own = Account::open(job.into(), amounts);
        Self {
            chain: std::iter::once(own)
                .chain(self.chain.iter().cloned())
                .collect(),
        }
    }

    /// Lowers the counters in `currency` of this job and of all above it; see
    /// [`Authority::charge`](super::Authority::charge).
    ///
    /// Digits beyond the ninth after the point are rounded up. Counters do not fall below the negative of the largest
    /// amount, so that no number of charges can overflow them.
    ///
    /// # Errors
    /// When the amount is negative. Then nothing was counted.
    pub fn charge(&self, currency: &str, amount: Decimal) -> Result<Vec<Remaining>, Refusal> {
        if amount.is_sign_negative() && !amount.is_zero() {
            return Err(Refusal::new("body.value", "a cost must not be negative"));
        }
        let amount = amount
            .round_dp_with_strategy(MAX_FRACTION_DIGITS, RoundingStrategy::ToPositiveInfinity)
            .min(max_value());
        Ok(self
            .chain
            .iter()
            .filter_map(|account| account.charge(currency, amount))
            .collect())
    }

    /// What is left of the job's own counters.
    pub fn remaining(&self) -> BTreeMap<Currency, Decimal> {
        self.chain
            .first()
            .map(|account| account.lock().clone())
            .unwrap_or_default()
    }

    /// What can still be spent: for each currency the least that is left along the chain.
    pub fn available(&self) -> BTreeMap<Currency, Decimal> {
        let mut least = BTreeMap::new();
        for account in &self.chain {
            for (currency, left) in account.lock().iter() {
                least
                    .entry(currency.clone())
                    .and_modify(|least: &mut Decimal| *least = (*least).min(*left))
                    .or_insert(*left);
            }
        }
        least
    }

    /// The nearest counter that is used up, if there is one. Zero is used up.
    pub fn exhausted(&self) -> Option<Remaining> {
        self.chain.iter().find_map(|account| {
            let counters = account.lock();
            let (currency, left) = counters.iter().find(|(_, left)| **left <= Decimal::ZERO)?;
            Some(account.report(currency, *left))
        })
    }
}

impl Account {
    fn open(job: Arc<str>, amounts: &[Amount]) -> Arc<Self> {
        // A lease whose sums are too large was refused when it was compiled; capping here keeps this total anyway.
        let mut counters = BTreeMap::new();
        for amount in amounts {
            let counter = counters
                .entry(amount.currency.clone())
                .or_insert(Decimal::ZERO);
            *counter = counter
                .checked_add(amount.value)
                .unwrap_or_else(max_value)
                .min(max_value());
        }
        Arc::new(Self {
            job,
            counters: Mutex::new(counters),
        })
    }

    fn charge(&self, currency: &str, amount: Decimal) -> Option<Remaining> {
        let mut counters = self.lock();
        let left = counters.get_mut(currency)?;
        *left = left
            .checked_sub(amount)
            .unwrap_or_else(|| -max_value())
            .max(-max_value());
        let left = *left;
        let (currency, _) = counters.get_key_value(currency)?;
        Some(self.report(currency, left))
    }

    fn report(&self, currency: &Currency, remaining: Decimal) -> Remaining {
        Remaining {
            job: Arc::clone(&self.job),
            currency: currency.clone(),
            remaining,
        }
    }

    /// A counter is never left half changed, so a panic elsewhere while it was held does not spoil it.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Currency, Decimal>> {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Remaining {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} are left of the budget of {}",
            self.remaining, self.currency, self.job
        )
    }
}

/// What the name of a metric means for budgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricName {
    /// No cost.
    Plain,
    /// A cost: charged when its unit is a budgeted currency.
    Cost,
    /// Below `cost.budget.`: only the runtime reports these, and they are never charged.
    Reserved,
}

/// Tells what a metric's name means for budgets (§9.6).
pub fn metric_name(name: &str) -> MetricName {
    match name.strip_prefix("cost.") {
        Some(rest) if rest.starts_with("budget.") => MetricName::Reserved,
        Some(_) => MetricName::Cost,
        None => MetricName::Plain,
    }
}

/// Reads the value of a cost from the text of a JSON number, exponents included, rounding up after nine digits.
///
/// # Errors
/// When the text is no JSON number, is negative, or has more than 18 digits before the point.
pub fn parse_cost(text: &str) -> Result<Decimal, Refusal> {
    let refusal = |reason: &str| Refusal::new("body.value", reason);
    let no_number = || refusal("a cost is a number");
    let (negative, unsigned) = text
        .strip_prefix('-')
        .map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent).ok_or_else(no_number)?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa
        .split_once('.')
        .map_or((mantissa, None), |(whole, fraction)| {
            (whole, Some(fraction))
        });
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || (whole.len() > 1 && whole.starts_with('0')) || !fraction.is_none_or(digits)
    {
        return Err(no_number());
    }
    let fraction = fraction.unwrap_or_default();
    let all = format!("{whole}{fraction}");
    let point = i64::try_from(whole.len())
        .unwrap_or(i64::MAX)
        .saturating_add(exponent);
    let units = billionths(&all, point)
        .ok_or_else(|| refusal("a cost has at most 18 digits before the point"))?;
    if negative && units != 0 {
        return Err(refusal("a cost must not be negative"));
    }
    Ok(Decimal::from_i128_with_scale(units, MAX_FRACTION_DIGITS).normalize())
}

/// The sum of the amounts in each currency.
///
/// # Errors
/// The reason, when a sum is larger than an amount may be.
pub(super) fn totals(amounts: &[Amount]) -> Result<BTreeMap<Currency, Decimal>, String> {
    let mut totals = BTreeMap::new();
    for Amount {
        currency, value, ..
    } in amounts
    {
        let total = totals.entry(currency.clone()).or_insert(Decimal::ZERO);
        let sum = total.checked_add(*value).filter(|sum| *sum <= max_value());
        *total = sum.ok_or_else(|| {
            format!("the amounts in {currency} add up to more than {MAX_INTEGER_DIGITS} digits")
        })?;
    }
    Ok(totals)
}

/// The exponent of a JSON number; beyond the range of an integer it may as well be the largest one.
fn parse_exponent(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    all_digits.then(|| sign * digits.parse::<i64>().unwrap_or(i64::MAX))
}

/// The number `0.<digits> · 10^point` in billionths, rounded up; `None` when it has more than 18 whole digits.
fn billionths(digits: &str, point: i64) -> Option<i128> {
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        return Some(0);
    }
    let point = point.saturating_sub(i64::try_from(digits.len() - significant.len()).ok()?);
    if point > i64::try_from(MAX_INTEGER_DIGITS).ok()? {
        return None;
    }
    // How many of the significant digits stand before the end of the ninth place after the point.
    let Some(kept) = usize::try_from(point.saturating_add(i64::from(MAX_FRACTION_DIGITS))).ok()
    else {
        return Some(1);
    };
    let (head, tail) = significant.split_at(kept.min(significant.len()));
    let padded = format!("0{head}{}", "0".repeat(kept - head.len()));
    let units: i128 = padded.parse().ok()?;
    let units = units + i128::from(tail.bytes().any(|b| b != b'0'));
    (units < 10_i128.pow(18 + MAX_FRACTION_DIGITS)).then_some(units)
}
