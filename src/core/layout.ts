/**
 * Every byte offset of a ring, and nothing else. A ring is one block of shared memory:
 *
 *   ┌────────────┬──────────────────────┬────────────────────────────────────────────────┐
 *   │ header     │ dictionary           │ data: 8 to 32 segments of equal size            │
 *   │ 4096 B     │ append-only          │ [segment header 64 B][record][record]…[pad]     │
 *   └────────────┴──────────────────────┴────────────────────────────────────────────────┘
 *
 * One thread writes. The writer owns one segment at a time; taking the next one ("claim") is the only moment at
 * which old records disappear, so it is the only moment at which the writer has to look at readers.
 * A segment can be decoded with the dictionary and its own bytes alone: whatever its records refer to (contexts,
 * spans, bindings) has been written into it before they did. A reader that was lapped goes on at the oldest segment
 * that is still whole, and `SEGMENT_FIRST_RECORD` tells how many records it lost.
 *
 * All numbers are little-endian. Offsets named *_I32 are indices into an Int32Array over the whole block,
 * *_F64 into a Float64Array, *_I64 into a BigInt64Array; the others are bytes.
 */

export const LAYOUT_VERSION = 1;
/** 'TTLR' */
export const RING_MAGIC = 0x524c5454;
/** 'TTSG' */
export const SEGMENT_MAGIC = 0x47535454;

export const HEADER_BYTES = 4096;
/** A ring of `capacityBytes` has `capacityBytes / SEGMENT_BYTES` segments (read both from its header): 32, or 8 in a small one. */
export const MAX_SEGMENT_COUNT = 32;
export const MIN_SEGMENT_COUNT = 8;
export const MIN_SEGMENT_BYTES = 16 * 1024;
export const MIN_CAPACITY_BYTES = 128 * 1024;
export const MAX_CAPACITY_BYTES = 1024 * 1024 * 1024;
/** The nominal size of an event: `capacity` events are `capacity * 128` bytes of ring. */
export const NOMINAL_EVENT_BYTES = 128;
export const DEFAULT_CAPACITY_EVENTS = 65_536;
export const DICTIONARY_BYTES = 4 * 1024 * 1024;

// ---- header: written once -------------------------------------------------------------------------------------------
export const MAGIC_I32 = 0;
export const VERSION_I32 = 1;
export const CAPACITY_BYTES_I32 = 2;
export const DICTIONARY_BYTES_I32 = 3;
export const SEGMENT_BYTES_I32 = 4;
export const THREAD_ID_I32 = 5;
export const PID_I32 = 6;
/** The clock pair: at monotonic time A the wall clock showed B, both in ns. Rewritten by the cold side only. */
export const ANCHOR_MONOTONIC_NS_I64 = 8;
export const ANCHOR_EPOCH_NS_I64 = 9;

// ---- header: the writer's ----------------------------------------------------------------------------------------------
/** Low 32 bits of the position up to which records are whole, counted in 8-byte words since the ring began. Atomic. */
export const PUBLISHED_I32 = 32;
/** Number of the segment being written, since the ring began (0, 1, 2 …). Stored BEFORE its first byte changes. Atomic. */
export const SEGMENT_I32 = 33;
/** Bytes of the dictionary that are whole. Atomic. */
export const DICTIONARY_LENGTH_I32 = 34;
/** Number of the first segment this ring ever had (a later ring of a thread goes on counting where the earlier one ended). */
export const FIRST_SEGMENT_I32 = 7;
/** 1 once the writing thread has ended or will write no more. Atomic. */
export const CLOSED_I32 = 35;
/** 1 while the memory waits for another thread's ring; who takes it back to 0 has it. Atomic. */
export const FREE_I32 = 36;
/** Records lost because they could not be written (nested too deep, over-long, stalled recorder), since the ring began. */
export const DROPPED_F64 = 20;
/** Records written, since the ring began; brought up to date at every claim and whenever somebody asks the writer. */
export const RECORDS_F64 = 21;

// ---- header: who wrote the ring, where it is in a file (the black box) ------------------------------------------------------
/** u32 length, then that many bytes of JSON; 0 = the ring is in memory only. Written once, by the ring's own thread. */
export const FACTS_OFFSET = 1024;
export const MAX_FACTS_BYTES = HEADER_BYTES - FACTS_OFFSET - 4;

// ---- header: one block of 32 bytes per reader (the recorder thread, its in-thread twin, …) ---------------------------------
export const READER_I32 = 64;
export const READER_STRIDE_I32 = 8;
/** 0 absent, 1 attached. A writer waits only for attached readers. Atomic. */
export const READER_ATTACHED = 0;
/** Low 32 bits of the position up to which everything owed was handed over (8-byte words). Notified. Atomic. */
export const READER_DELIVERED = 1;
/** Low 32 bits of the position of the last owed records whose space the writer took without waiting any longer: it tells a loss from a lap that nobody minds. 0 = never. Atomic. */
export const READER_OVERRUN = 2;
/** Who reads: a number that CONTROL_ADOPTIONS gave (0 = nobody has yet). A ring that is made known twice is read once. Atomic. */
export const READER_ADOPTED = 3;
/** f64: how many records of the ring came before READER_DELIVERED. An heir who finds that place overwritten knows by it what was lost. */
export const READER_RECORDS = 4;
/** How much of DROPPED_F64 (its low 32 bits) has been told: an heir goes on from there. */
export const READER_DROPPED_TOLD = 6;
/** The recorder thread's block, and that of the in-thread twin. */
export const READER_THREAD = 0;
export const READER_LOCAL = 1;
/** That of the captures of `ttlog/testing`: nobody ever waits for them. */
export const READER_CAPTURES = 2;
/**
 * Behind them: low 32 bits of the position up to which the spans of the ring have been counted (8-byte words). Of all readers one counts; who takes
 * its place counts none of them again.
 */
export const COUNTED_I32 = 96;

// ---- segment header (64 B) ----------------------------------------------------------------------------------------------
export const SEGMENT_HEADER_BYTES = 64;
export const SEGMENT_MAGIC_OFFSET = 0; // u32
export const SEGMENT_NUMBER_OFFSET = 4; // u32
export const SEGMENT_FIRST_RECORD_OFFSET = 8; // f64: how many records (repeats and pads not counted) came before
export const SEGMENT_MONOTONIC_NS_OFFSET = 16; // u64
export const SEGMENT_EPOCH_MS_OFFSET = 24; // f64: Date.now() at the claim, to re-anchor the clock
export const SEGMENT_DROPPED_OFFSET = 32; // f64: DROPPED_F64 at the claim

// ---- record header (24 B, or 32 with bindings), records are 8-byte aligned ----------------------------------------------
/** u32: words (u16, length in 8-byte words, header included) | kind << 16 | flags << 24. 0 = nothing here. */
export const RECORD_WORD_OFFSET = 0;
/** u32: the id of a site in the dictionary; 0 where the record carries its site itself (FLAG_INLINE). */
export const RECORD_SITE_OFFSET = 4;
/** i64: monotonic ns, below zero where somebody says that it was before the machine started (epoch ns for KIND_EMITTED, 0 for contexts and bindings). */
export const RECORD_TIME_OFFSET = 8;
/** u32: id of the context record in this segment, 0 = none. For KIND_CONTEXT and KIND_BINDINGS: its own id. */
export const RECORD_CONTEXT_OFFSET = 16;
/** u32: id of the span record in this segment that this happened in, 0 = none. For span kinds: its own id. */
export const RECORD_SPAN_OFFSET = 20;
export const RECORD_HEADER_BYTES = 24;
/** u32 after the header where FLAG_BINDINGS is set: id of the bindings record in this segment. */
export const RECORD_BINDINGS_OFFSET = 24;
export const RECORD_BINDINGS_BYTES = 8;
export const MAX_RECORD_WORDS = 0xffff;

/** flags: level in the low three bits. */
export const FLAG_LEVEL_MASK = 0x07;
/** The filter of its target says that sinks without a level of their own get it. */
export const FLAG_DELIVER = 0x08;
export const FLAG_BINDINGS = 0x10;
/** The site is in the record: target and message as strings, then u16 count, then name, value pairs. */
export const FLAG_INLINE = 0x20;
/** Some of what was logged did not fit. */
export const FLAG_TRUNCATED = 0x40;
/** A copy of an earlier record (or its newer state), there for those that follow it; not an event of its own. */
export const FLAG_REPEAT = 0x80;

// ---- record kinds --------------------------------------------------------------------------------------------------------
export const KIND_PAD = 1; // the rest of the segment
/** Payload: one value for each name of the site. */
export const KIND_EVENT = 2;
/**
 * A span begins (FLAG_REPEAT: its state, written again; the time is that of the start all the same). After the header: 8 B span id,
 * 8 B parent span id (all zero = root), 16 B trace id, u8 kind of span (SPAN_KIND_*, SPAN_ROLE_*, bits), u8 extra-field count, u16 length of the record
 * without its padding; then one value for each name of the site; then `extra` name, value pairs from record(). Ids are the bytes of
 * their hex form, in that order.
 * With FLAG_INLINE: target string, name string, u16 0, then the `extra` pairs.
 */
export const KIND_SPAN_START = 3;
/**
 * A span ends: u32 outcome (OUTCOME_*), u32 extra-field count; then `extra` name, value pairs (`err`, `ret`, …). The time is the end; the
 * level in the flags is that of its line, which may be higher than its site's (failed, slow). Its site is that of its start (or 0); name,
 * fields, ids and start time come from the span's record, which stands earlier in the same segment.
 */
export const KIND_SPAN_END = 4;
/** The fields of a context: u32 count, u32 capture, then name, value pairs, outermost first (the last of a name wins). */
export const KIND_CONTEXT = 5;
/** The bindings of a logger, same form as KIND_CONTEXT. */
export const KIND_BINDINGS = 6;
/**
 * emit(event), from outside: the record's time is epoch ns, its site, context and span are 0. Values: target string, message string,
 * trace id, span id and file (strings or null), line and thread id (int32 or null); then u16 count, then name, value pairs.
 */
export const KIND_EMITTED = 7;

export const SPAN_ID_OFFSET = 24;
export const SPAN_PARENT_OFFSET = 32;
export const SPAN_TRACE_OFFSET = 40;
export const SPAN_KIND_OFFSET = 56;
export const SPAN_EXTRA_OFFSET = 57;
export const SPAN_BYTES_OFFSET = 58;
export const SPAN_FIELDS_OFFSET = 60;

export const SPAN_END_OUTCOME_OFFSET = 24;
export const SPAN_END_EXTRA_OFFSET = 28;
export const SPAN_END_FIELDS_OFFSET = 32;

export const CONTEXT_COUNT_OFFSET = 24;
/** u32: which capture of `ttlog/testing` the context belongs to; 0 = none. */
export const CONTEXT_CAPTURE_OFFSET = 28;
export const CONTEXT_FIELDS_OFFSET = 32;

export const OUTCOME_OK = 0;
export const OUTCOME_ERROR = 1;

/** How a span meets the sinks. */
export const SPAN_KIND_SPAN = 0;
export const SPAN_KIND_TIMER = 1;
/** With `entry: true`: a line at its start too. */
export const SPAN_KIND_ENTRY = 2;
/** Of another process (or of a carrier): only its ids are known. It begins and ends elsewhere; what happens inside refers to it. */
export const SPAN_KIND_REMOTE = 3;
/** The kind without what is said in the bits below. */
export const SPAN_KIND_MASK = 0x03;
/** What the span is in its trace: SPAN_ROLES, by number. */
export const SPAN_ROLE_SHIFT = 2;
export const SPAN_ROLE_MASK = 0x1c;
/** As OpenTelemetry has it, in its order. 0: work within the process. */
export const SPAN_ROLES = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
/** Set in the kind of a span's newest copy when it ends: what is logged later in its scope must not make it look open. */
export const SPAN_ENDED_BIT = 0x80;
/** Set in a copy that was written after the span had ended: whatever refers to it came late. */
export const SPAN_OUTLIVED_BIT = 0x40;
/** The span was opened when the one around it had ended already. */
export const SPAN_LATE_BIT = 0x20;
/** Name of the extra pairs that are a span's links, `{trace_id, span_id, …}` each. There may be several; no field of a caller's has such a name. */
export const SPAN_LINK_NAME = '\0link';

// ---- values: u8 tag, then ---------------------------------------------------------------------------------------------------
export const TAG_UNDEFINED = 0;
export const TAG_NULL = 1;
export const TAG_FALSE = 2;
export const TAG_TRUE = 3;
export const TAG_INT32 = 4; // i32
export const TAG_FLOAT64 = 5; // f64
export const TAG_LATIN1_SHORT = 6; // u8 length, bytes
export const TAG_UTF8_SHORT = 7; // u8 length in bytes, bytes
export const TAG_UTF8 = 8; // u32 length in bytes, bytes
export const TAG_BIGINT64 = 9; // i64
export const TAG_BIGINT_TEXT = 10; // a string value: decimal digits
export const TAG_DATE = 11; // f64 ms since the epoch, NaN = invalid
export const TAG_OBJECT = 12; // u32 count, then (string, value) pairs
export const TAG_ARRAY = 13; // u32 count, then values
export const TAG_MAP = 14; // u32 count of entries, then (value, value) pairs
export const TAG_SET = 15; // u32 count, then values
export const TAG_BYTES = 16; // u32 length of the whole, u32 length here, bytes
/** As TAG_OBJECT; its first keys are type, message, stack (and cause, errors where it has them). */
export const TAG_ERROR = 17;
/** inspect(v): a string to be shown without quotes. */
export const TAG_INSPECT = 18; // a string value
export const TAG_TEXT = 19; // u32 id of a text in the dictionary

// ---- dictionary entries (8-byte aligned) -----------------------------------------------------------------------------------
/** u32 length of the entry in bytes, itself included; 0 = end. */
export const ENTRY_LENGTH_OFFSET = 0;
/** u32 id of the site. */
export const ENTRY_ID_OFFSET = 4;
export const ENTRY_LEVEL_OFFSET = 8; // u8
export const ENTRY_SITE_KIND_OFFSET = 9; // u8, SITE_*
export const ENTRY_NAME_COUNT_OFFSET = 10; // u16
export const ENTRY_LINE_OFFSET = 12; // i32, 0 = unknown
/** Then strings as values: target, message (of a span: its name), file (or null), and one for each name. */
export const ENTRY_STRINGS_OFFSET = 16;
/** No entry is longer: target 256, message 1024, 1024 names of 256 UTF-16 units, each unit at most 3 bytes. */
export const MAX_ENTRY_BYTES = 1024 * 1024;
export const SITE_EVENT = 0;
export const SITE_SPAN = 1;
/** A span of a library (see Target.isLibrary): what it says of it is not on the events inside. */
export const SITE_LIBRARY_SPAN = 3;
/** A string that a field has had more than once; the entry has this one string alone, and its id is among the texts. */
export const SITE_TEXT = 2;

// ---- control block: one for a process, shared by its threads and the recorder (an Int32Array) ---------------------------------
export const CONTROL_BYTES = 256;
/** Changed and notified to wake the recorder. */
export const CONTROL_WAKE = 0;
/**
 * Bits: who wants to hear of the next record that is owed. 1 the recorder thread and 2 its in-thread twin, in a long wait; 4 a thread
 * that nobody reads yet; 8 a process at its end.
 */
export const CONTROL_SLEEPING = 1;
/** The recorder thread: 0 none, 1 starting, 2 running, 3 ended or died, 4 another thread stands in for it just now. Notified. */
export const CONTROL_RECORDER = 2;
/** Requests to deliver everything (a counter), and the last one that has been carried out. Both notified. */
export const CONTROL_FLUSH_REQUESTED = 3;
export const CONTROL_FLUSH_DONE = 4;
/** 1: end after delivering everything. */
export const CONTROL_STOP = 5;
/** Counts up while the recorder makes progress. */
export const CONTROL_PROGRESS = 6;
/** Lowest level that any sink wants regardless of the filter (LogLevel.Off = none). */
export const CONTROL_SINK_LEVEL = 7;
/**
 * Counts up whenever threads have to look at what the application's ttlog says: filters changed, or a recorder thread began to listen.
 * Odd while the settings are being written. Compared with `state.settingsSeen` where CONTROL_SLEEPING is looked at.
 */
export const CONTROL_SETTINGS = 8;
/** Counts those who have begun to read rings; see READER_ADOPTED. */
export const CONTROL_ADOPTIONS = 9;
/**
 * Counts up with every turn of the event loop of the thread that called `init()`, while somebody watches it for stalls; 0 = nobody does, or the
 * process ends. The recorder thread sees from it that the loop stands still.
 */
export const CONTROL_HEARTBEAT = 10;
/** Of that thread, brought up to date with the heartbeat: used heap and its limit in KiB, and 1 while a debugger is attached to it. */
export const CONTROL_HEAP_USED_KIB = 11;
export const CONTROL_HEAP_LIMIT_KIB = 12;
export const CONTROL_DEBUGGED = 13;
/** As CONTROL_FLUSH_DONE: the last request after which all that is left is left by sinks that failed. They were tried again for it. */
export const CONTROL_FLUSH_TRIED = 14;
