/** Recorded from redis-server 7.0.15: commands inside of scripts and the errors of scripts. See `transcript.ts`. */
import { error, status, type Transcript } from './transcript.ts';

export const scriptCommandsTranscripts: readonly Transcript[] = [
  {
    behaviour: 'runs commands for scripts',
    steps: [
      [['eval', "redis.call('set','k','v') return redis.call('get','k')", '0'], 'v'],
      [['eval', "return redis.call('get','none')", '0'], null],
      [['eval', "return {redis.call('get','none') == false}", '0'], [1]],
      [['eval', "return redis.call('set','k','v')", '0'], status('OK')],
      [['eval', "return redis.call('set','k','v').ok", '0'], 'OK'],
      [['eval', "return redis.call('PING')", '0'], status('PONG')],
      [['eval', "return redis.call('set','k','v','NX')", '0'], null],
      [['eval', "redis.call('set','n',10/4) return redis.call('get','n')", '0'], '2.5'],
      [['eval', "redis.call('set','n',1e20) return redis.call('get','n')", '0'], '1e+20'],
      [['eval', "redis.call('set','n',3.0) return redis.call('get','n')", '0'], '3'],
      [['eval', "redis.call('set','n',0.1) return redis.call('get','n')", '0'], '0.10000000000000001'],
      [['eval', "redis.call('set','n',1e-7) return redis.call('get','n')", '0'], '9.9999999999999995e-08'],
      [['eval', "redis.call('set','n',-123456.789) return redis.call('get','n')", '0'], '-123456.789'],
      [['eval', "redis.call('set','n',2^53) return redis.call('get','n')", '0'], '9007199254740992'],
      [['eval', "return redis.call('hset','h','a',1,'b',2)", '0'], 2],
      [
        ['eval', "return redis.call('hgetall','h')", '0'],
        ['a', '1', 'b', '2'],
      ],
      [
        ['eval', "return redis.call('hmget','h','a','none')", '0'],
        ['1', null],
      ],
      [['eval', "return redis.call('rpush','l','x','y')", '0'], 2],
      [
        ['eval', "return redis.call('lrange','l',0,-1)", '0'],
        ['x', 'y'],
      ],
      [['eval', "return redis.call('incr','c') + 1", '0'], 2],
      [['eval', "return redis.call('xadd','s','1-1','f','v')", '0'], '1-1'],
      [['eval', "return redis.call('xrange','s','-','+')", '0'], [['1-1', ['f', 'v']]]],
      [['eval', "return redis.call('exists','k','none')", '0'], 1],
      [['eval', "return redis.call('publish','nobody','x')", '0'], 0],
      [['eval', "return redis.call('type','l')", '0'], status('list')],
      [
        ['eval', "return {redis.call('ping'), redis.call('get','none'), redis.call('incr','c')}", '0'],
        [status('PONG'), null, 2],
      ],
      [
        ['eval', "local r = redis.pcall('incr','k') return r.err", '0'],
        'ERR value is not an integer or out of range',
      ],
      [['eval', "return redis.pcall('incr','k')", '0'], error('ERR value is not an integer or out of range')],
      [
        ['eval', "return redis.pcall('get')", '0'],
        error('ERR Wrong number of args calling Redis command from script'),
      ],
      [['eval', "return redis.pcall('nope')", '0'], error('ERR Unknown Redis command called from script')],
      [
        ['eval', 'return redis.pcall()', '0'],
        error('ERR Please specify at least one argument for this redis lib call'),
      ],
      [
        ['eval', 'return redis.pcall({})', '0'],
        error('ERR Lua redis lib command arguments must be strings or integers'),
      ],
      [
        ['eval', "return redis.pcall('set','a',true)", '0'],
        error('ERR Lua redis lib command arguments must be strings or integers'),
      ],
      [
        ['eval', "return redis.pcall('eval','return 1',0)", '0'],
        error('ERR This Redis command is not allowed from script'),
      ],
      [
        ['eval', "return redis.pcall('script','flush')", '0'],
        error('ERR This Redis command is not allowed from script'),
      ],
      [
        ['eval', "return redis.pcall('evalsha','x',0)", '0'],
        error('ERR This Redis command is not allowed from script'),
      ],
      [
        ['eval', "local ok, e = pcall(redis.call, 'incr', 'k') return {ok, e}", '0'],
        [null, 'ERR value is not an integer or out of range'],
      ],
      [['eval', "local ok, e = pcall(function() error('mine') end) return e", '0'], 'user_script:1: mine'],
      [['eval', "local ok, e = pcall(function() error({err='MY e'}) end) return e", '0'], 'MY e'],
      [
        ['eval', "local ok, e = pcall(error, 'plain') return {ok, e}", '0'],
        [null, 'plain'],
      ],
      [
        [
          'eval',
          "redis.call('set','before','1') redis.pcall('incr','before') redis.call('lpush','before','x') return 'never'",
          '0',
        ],
        error(
          'WRONGTYPE Operation against a key holding the wrong kind of value script: d76db437f557789fd10cc39c0489e95700333179, on @user_script:1.',
        ),
      ],
      [['eval', "return redis.call('get','before')", '0'], '2'],
    ],
  },
  {
    behaviour: 'says where a script failed',
    steps: [
      [
        ['eval', "return redis.call('get')", '0'],
        error(
          'ERR Wrong number of args calling Redis command from script script: f187dee77f607f7cff00bbabc9df38507582c78d, on @user_script:1.',
        ),
      ],
      [
        ['eval', "return redis.call('nope')", '0'],
        error(
          'ERR Unknown Redis command called from script script: f01f0776df71cc5b400c2268135aa7f30dce2e53, on @user_script:1.',
        ),
      ],
      [
        ['eval', "redis.call('incr','k', 'x')", '0'],
        error(
          'ERR Wrong number of args calling Redis command from script script: f853fe06e24e9f8fb253c232ef7f6ee9bf2fb049, on @user_script:1.',
        ),
      ],
      [
        ['eval', 'return redis.call()', '0'],
        error(
          'ERR Please specify at least one argument for this redis lib call script: 0a907e1429221a4d85516cab7fd219a82a9439d8, on @user_script:1.',
        ),
      ],
      [
        ['eval', 'return redis.call({})', '0'],
        error(
          'ERR Lua redis lib command arguments must be strings or integers script: 80747816df1f4411f7c442b928fce6a814214839, on @user_script:1.',
        ),
      ],
      [
        ['eval', "return redis.call('eval','return 1',0)", '0'],
        error(
          'ERR This Redis command is not allowed from script script: 595931feb16e9cba240a2e4c6a852627761118e3, on @user_script:1.',
        ),
      ],
      [
        ['eval', "\nerror('second line')", '0'],
        error(
          'ERR user_script:2: second line script: 46181b1c8de8071c6c33af0575625068bd14262c, on @user_script:2.',
        ),
      ],
      [
        ['eval', "error('boom')", '0'],
        error('ERR user_script:1: boom script: 82903a0434f1503e152f89c03c9acd881a0e8150, on @user_script:1.'),
      ],
      [
        ['eval', "error({err='MY error'})", '0'],
        error('MY error script: 838706c23697970b8edb490ce7268db3da7e97a8, on @user_script:1.'),
      ],
      [
        ['eval', "error(redis.error_reply('MY error'))", '0'],
        error('MY error script: c1e72b46d8e86eacefd345be18b4b1c830a6ddd5, on @user_script:1.'),
      ],
      [
        ['eval', 'error()', '0'],
        error('ERR nil script: aca90d914519fdb9825352bdc0befb59f7c8510f, on @user_script:1.'),
      ],
      [
        ['eval', 'x = 1', '0'],
        error(
          'ERR user_script:1: Attempt to modify a readonly table script: 34bce5f775de97f557a34088509c8bfe1ea17e52, on @user_script:1.',
        ),
      ],
      [
        ['eval', 'return y', '0'],
        error(
          "ERR user_script:1: Script attempted to access nonexistent global variable 'y' script: e278681ed961e2fb52881313e5c90fdd93749940, on @user_script:1.",
        ),
      ],
      [
        ['eval', 'return _G.y', '0'],
        error(
          "ERR user_script:1: Script attempted to access nonexistent global variable 'y' script: f56b181a7834ba4735a2c976616fbab59c8ee8c1, on @user_script:1.",
        ),
      ],
      [
        ['eval', 'KEYS = 1', '0'],
        error(
          'ERR user_script:1: Attempt to modify a readonly table script: 8726473c55e0c4527ed3b82564a764667277b20e, on @user_script:1.',
        ),
      ],
      [
        ['eval', 'redis.x = 1', '0'],
        error(
          'ERR user_script:1: Attempt to modify a readonly table script: 0e3b052f72a1147275fd3ab2c8c15d4453b9010f, on @user_script:1.',
        ),
      ],
      [
        ['eval', 'string.x = 1', '0'],
        error(
          'ERR user_script:1: Attempt to modify a readonly table script: c3eb0a2a15b3d4790b323c4104029c1ae425a769, on @user_script:1.',
        ),
      ],
      [
        ['eval', 'redis.call = nil', '0'],
        error(
          'ERR user_script:1: Attempt to modify a readonly table script: 2786c35ed73d3860851cf52e0b5dfbbc0bdb4803, on @user_script:1.',
        ),
      ],
      [
        ['eval', "rawset(_G,'x',1)", '0'],
        error(
          'ERR Attempt to modify a readonly table script: 90860ee597073785c7a12c667667abc4495e2c78, on @user_script:1.',
        ),
      ],
      [
        ['eval', 'setmetatable(_G,{})', '0'],
        error(
          'ERR Attempt to modify a readonly table script: e8f1b52cec0990f58c59b37010d130cfdce9e1a5, on @user_script:1.',
        ),
      ],
      [
        ['eval', 'function f() end', '0'],
        error(
          'ERR user_script:1: Attempt to modify a readonly table script: f37995b1d7c626139c9a239b83b074295e82ad29, on @user_script:1.',
        ),
      ],
      [
        ['eval', "local function f() return redis.call('get') end\nlocal a = 1\nreturn f()", '0'],
        error(
          'ERR Wrong number of args calling Redis command from script script: 18987213ac14c811a6bffb79f92cebafe1cc9d25, on @user_script:1.',
        ),
      ],
      [
        ['eval', 'return print', '0'],
        error(
          "ERR user_script:1: Script attempted to access nonexistent global variable 'print' script: df4c752a7558004676bbee87e38b92e0b9056d68, on @user_script:1.",
        ),
      ],
      [
        ['eval', 'return os and 1', '0'],
        error(
          "ERR user_script:1: Script attempted to access nonexistent global variable 'os' script: 442d218dadd5559f201d02209afc1d03b2dac73f, on @user_script:1.",
        ),
      ],
      [
        ['eval', 'redis.sha1hex()', '0'],
        error(
          'ERR wrong number of arguments script: 4562974a60de7645c6623504fc106fb195871b35, on @user_script:1.',
        ),
      ],
    ],
  },
];
