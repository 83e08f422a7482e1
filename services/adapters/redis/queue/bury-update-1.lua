-- Keeps an update of queue mode as a dead letter.
--
-- KEYS  1 dead letters (hash, see open-journal-3)
-- ARGV  1 the letter's id, 2 the line
-- Out   1 kept
-- No lock is asked for: whoever repeats this keeps the same line.
-- Safe to repeat.
-- @include add-dead-letter
add_dead_letter(KEYS[1], ARGV[1], ARGV[2])
return 1
