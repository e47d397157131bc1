//! Events and who listens to them: progress bar, human text, JSON lines, summary. Ids and counts, never patient text.
