/**
 * What happens to a cached fact, each in one step on the server. An entry is a hash under one key:
 *
 * - `revision`: of the stored row that it was made of, or, in a mark, of the one that made it out of date;
 * - `bytes`, `version`, `digest`: the fact as it is sent; version 0 says that there is none. A mark has none of these;
 * - `reader`: who may put what it reads from the store. It goes with the first mark, so a reader that began before a
 *   change can never put what it read, however slow it is, and even when the server lost the mark meanwhile.
 */

/**
 * KEYS[1] the entry. ARGV[1] the reader's name, ARGV[2] how long it may read, in milliseconds.
 * Answers {bytes, version, digest} of what is held; else {nil, 1 when the reader may put, the marked revision}.
 */
export const lookScript = `
local held = redis.call('HMGET', KEYS[1], 'bytes', 'version', 'digest', 'revision')
if held[1] then return held end
local granted = redis.call('HSETNX', KEYS[1], 'reader', ARGV[1])
if granted == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return {false, granted, held[4]}`

/**
 * KEYS[1] the entry. ARGV[1] the reader's name, ARGV[2] revision, ARGV[3] version, ARGV[4] digest, ARGV[5] bytes, ARGV[6]
 * how long it is kept, in milliseconds. Answers 1 when it was put, 0 when the reader may not, or what it has is too old.
 */
export const putScript = `
if redis.call('HGET', KEYS[1], 'reader') ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'reader')
local marked = redis.call('HGET', KEYS[1], 'revision')
if marked and tonumber(marked) > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'revision', ARGV[2], 'version', ARGV[3], 'digest', ARGV[4], 'bytes', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return 1`

/**
 * KEYS[1] the entry. ARGV[1] the revision that was saved, ARGV[2] how long the mark is kept, in milliseconds.
 * Answers 1 when the mark was put over the entry, 0 when what is held is as new. A server without room for the mark has
 * at least removed what it hides.
 */
export const markScript = `
local held = redis.call('HGET', KEYS[1], 'revision')
if held and tonumber(held) >= tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.pcall('HSET', KEYS[1], 'revision', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`
