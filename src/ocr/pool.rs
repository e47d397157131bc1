//! Lends engines to threads. Owns how many there are: at most one a reading thread, made when first needed, kept for the next page. An
//! engine whose page panicked is dropped, not lent again. The engines end with the pool, before the library's own statics do.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::model::{GreyPage, Word};

use super::{EngineFactory, OcrEngine, OcrError};

type Engine = Box<dyn OcrEngine + Send>;

/// Engines for at most `limit` threads at once.
pub struct EnginePool<'f> {
    factory: &'f dyn EngineFactory,
    limit: usize,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Engine>,
    out: usize,
}

impl<'f> EnginePool<'f> {
    /// Makes an empty pool; `limit` is at least 1.
    pub fn new(factory: &'f dyn EngineFactory, limit: usize) -> Self {
        Self { factory, limit: limit.max(1), state: Mutex::default(), returned: Condvar::new() }
    }

    /// Lends an engine; waits while all are out.
    pub fn take(&self) -> Result<PooledEngine<'_>, OcrError> {
        let mut state = self.lock();
        while state.idle.is_empty() && state.out >= self.limit {
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.out += 1;
        let idle = state.idle.pop();
        drop(state); // starting an engine takes 100 ms: the others need not wait for it
        let mut lent = PooledEngine { pool: self, engine: idle };
        if lent.engine.is_none() {
            lent.engine = Some(self.factory.make()?);
        }
        Ok(lent)
    }

    /// What the engines' own `version` says.
    pub fn version(&self) -> String {
        self.factory.version()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An engine on loan; goes back when dropped.
pub struct PooledEngine<'p> {
    pool: &'p EnginePool<'p>,
    engine: Option<Engine>,
}

impl OcrEngine for PooledEngine<'_> {
    fn read(&mut self, page: &GreyPage, dpi: f32) -> Result<Vec<Word>, OcrError> {
        match &mut self.engine {
            Some(engine) => engine.read(page, dpi),
            None => Err(OcrError::Failed { doing: "lending an engine", cause: "it was given back already".into() }),
        }
    }

    fn version(&self) -> &str {
        self.engine.as_ref().map_or("", |engine| engine.version())
    }
}

impl Drop for PooledEngine<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        state.out -= 1;
        if let Some(engine) = self.engine.take()
            && !std::thread::panicking()
        {
            state.idle.push(engine);
        }
        drop(state);
        self.pool.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::ocr::{RecordedEngine, faults::Fault};

    struct Counting(AtomicUsize, Option<Fault>);

    impl EngineFactory for Counting {
        fn make(&self) -> Result<Engine, OcrError> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Ok(match self.1 {
                Some(fault) => Box::new(crate::ocr::faults::FaultyEngine::new(fault)),
                None => Box::new(RecordedEngine::always(vec![])),
            })
        }

        fn version(&self) -> String {
            "counting".into()
        }
    }

    #[test]
    fn engines_are_kept_and_never_more_than_the_limit() {
        let factory = Counting(AtomicUsize::new(0), None);
        let pool = EnginePool::new(&factory, 2);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        pool.take().unwrap().read(&GreyPage::filled(1, 1, 255), 300.0).unwrap();
                    }
                });
            }
        });
        assert!(factory.0.load(Ordering::SeqCst) <= 2);
    }

    #[test]
    fn an_engine_that_panicked_is_not_lent_again() {
        let factory = Counting(AtomicUsize::new(0), Some(Fault::Panics));
        let pool = EnginePool::new(&factory, 1);
        for round in 1..=3 {
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let mut engine = pool.take().unwrap();
                let _ = engine.read(&GreyPage::filled(1, 1, 255), 300.0);
            }));
            assert!(result.is_err());
            assert_eq!(factory.0.load(Ordering::SeqCst), round);
        }
    }
}
