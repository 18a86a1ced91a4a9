//! The frames of a program as its trace tells of them: names, values, and when they were written.

/// A frame: a function at work, or the program itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Frame<'a> {
    /// Its present line.
    pub(crate) line: u32,
    /// Which call it was, from 0; `None` for the program.
    call: Option<u32>,
    /// Names in the order in which they were bound, values, and the step that wrote them.
    names: Vec<(&'a str, &'a str, u32)>,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(line: u32) -> Self {
        Self { line, ..Self::default() }
    }

    /// Gives a name a value; the value `""` takes the name away.
    pub(crate) fn set(&mut self, name: &'a str, value: &'a str, step: u32) {
        match self.names.iter_mut().find(|(known, ..)| *known == name) {
            _ if value.is_empty() => self.names.retain(|(known, ..)| *known != name),
            Some(entry) => (entry.1, entry.2) = (value, step),
            None => self.names.push((name, value, step)),
        }
    }

    /// Names and values.
    pub(crate) fn state(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.names.iter().map(|(name, value, _)| (*name, *value))
    }

    fn written(&self, name: &str) -> Option<u32> {
        self.names.iter().find(|(known, ..)| *known == name).map(|(.., step)| *step)
    }
}

/// The frames at work, and those of generators that wait.
#[derive(Debug, Default)]
pub(crate) struct Frames<'a> {
    bottom: Frame<'a>,
    above: Vec<Frame<'a>>,
    waiting: Vec<Frame<'a>>,
    calls: u32,
    /// The value that was written last, by whatever line.
    last: &'a str,
}

impl<'a> Frames<'a> {
    /// The frame on top.
    pub(crate) fn top(&mut self) -> &mut Frame<'a> {
        self.above.last_mut().unwrap_or(&mut self.bottom)
    }

    /// Puts a new frame on top.
    pub(crate) fn call(&mut self, frame: Frame<'a>) {
        self.above.push(Frame { call: Some(self.calls), ..frame });
        self.calls += 1;
    }

    /// Takes the top frame away, for good or until it is resumed.
    pub(crate) fn leave(&mut self, waits: bool) {
        self.waiting.extend(self.above.pop().filter(|_| waits));
    }

    /// Puts back the frame of a call that waits; a trace that lost it goes on with an empty one.
    pub(crate) fn resume(&mut self, call: u32) {
        let place = self.waiting.iter().position(|frame| frame.call == Some(call));
        let frame = place
            .map_or_else(|| Frame { call: Some(call), ..Frame::default() }, |at| self.waiting.remove(at));
        self.above.push(frame);
    }

    /// What the top frame's line changed.
    pub(crate) fn set(&mut self, line: u32, changes: &[(&'a str, &'a str)], step: u32) {
        let top = self.top();
        top.line = line;
        changes.iter().for_each(|(name, value)| top.set(name, value, step));
        self.last = changes.last().map_or(self.last, |(_, value)| value);
    }

    /// The value that was written last, by whatever line.
    pub(crate) fn last(&self) -> &'a str {
        self.last
    }

    /// The value of a name, in the top frame or the program's own.
    pub(crate) fn value(&mut self, name: &str) -> Option<&'a str> {
        let of = |frame: &Frame<'a>| frame.state().find(|(known, _)| *known == name).map(|(_, value)| value);
        of(self.top()).or_else(|| of(&self.bottom))
    }

    /// Steps since the farthest of these names was written, in the top frame or the program's own.
    pub(crate) fn distance<'n>(&mut self, names: impl Iterator<Item = &'n str>, now: u32) -> Option<u32> {
        let (bottom, top) = (self.bottom.clone(), self.top());
        names
            .filter_map(|name| top.written(name).or_else(|| bottom.written(name)))
            .map(|step| now - step)
            .max()
    }
}
