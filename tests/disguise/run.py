#!/usr/bin/python3
"""Disguised session cookies, against the parsers that real backends use.

Whenever any of them reads a disguised Cookie header as it reads the genuine
one, the module must find the same session in it, and once it has withheld the
cookie none may find it any more.

    run.py [READINGS]     READINGS: readings.c, built; else cc builds it here
"""

import collections
import json
import os
import random
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse
from http.cookies import CookieError, SimpleCookie

HERE = os.path.dirname(os.path.abspath(__file__))
SRC = os.path.join(HERE, '..', '..', 'src', 'core')

SEED = 20220607
RANDOM_HEADERS = 60             # for each name and value

NAMES = ['sessionid', 'PHPSESSID', 'connect.sid', 'my_sess', '__Host-id']

JSON = '{"user": "Zo\u00e9, \\"Z\\"", "id": 7; "k": "a\\\\b"}'


def simple_cookie(value):
    return SimpleCookie({'n': value})['n'].coded_value.encode('latin1')


VALUES = {
    'random': b'0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P',
    'django': b'k3v0zq8cs5h2mw7xj1n4r6t9y0b2d5fa',
    'php': b'Ab,c-dE9fGh,iJ-kLmN0pQrStU',
    'express': b's%3AmQ9_x-Z4.d8%2BkA%2FzU0bYq7wPq%2FC%2B1Rk3sVQ%3D',
    'flask': b'eyJfaWQiOiJhMWIyIn0.ZQ3-4w.w5rT_kY9-uQ0bX2cV7nM1aSdFgH',
    'base64': b'q83vASNFZ4k+/3q7zN7wARI==',
    'python': simple_cookie(JSON),
    'node': urllib.parse.quote('j:' + JSON, safe='').encode(),
    'php json': urllib.parse.quote_plus(JSON).encode(),
    'python quote': urllib.parse.quote('a/b c=3&d=10%').encode(),
    'quoted': b'"a1b2c3d4e5f6 g7h8"',
    'perl': urllib.parse.quote('Zo\u00e9 \u20ac\U0001f642;a=b').encode(),
}

# ---------------------------------------------------------------- disguises

BLANKS = [b' ', b'\t', b'  ', b'\r', b'\x0b', b'\x0c', b'\x01', b'\x1c',
          b'\x1f', b'\x7f', b'\x85', b'\xa0', b'\xc2\xa0', b'\xc2\x85',
          b'\xe3\x80\x80', b'\xe2\x80\x83', b'\xe2\x80\xa8', b'\xef\xbb\xbf',
          b'\xe2\x80\x8b', b'\xff', b'%20', b'%09', b'+', b'%00']

BEFORE = [b'a=1; ', b'a=1;', b'a=1, ', b'a=1,', b'a=1 ', b'a=1\t', b'a=1 , ',
          b'a="b" ', b'a="b"', b'a="b;c"; ', b'a="', b'a="; ', b"a='; ",
          b'$Version=1; ', b'$Version="1", ', b'; ', b';;;', b'junk; ',
          b'junk ', b'=; ', b'=', b'=x; ', b'a==; ', b'a=b=', b'[]; ', b'"; ',
          b'a=1&', b'a=1\\; ', b'path=/; ']

AFTER = [b'; b=2', b';b=2', b';', b'; ', b' ', b' b=2', b'\tb=2', b', b=2',
         b',b=2', b' junk', b',junk', b'junk', b'"', b'"junk', b'" ; b=2',
         b'; b="', b';"', b'; $Path="/"', b' ; b', b'%00', b'%', b'%zz',
         b'\\', b'=', b'; path=/', b'\xa0;b=2', b'+', b' +', b'&b=2']


SEPARATORS = [bytes([byte]) for byte in b"&=:/()<>?@[]{}\\'"]


def percent(rng, value, every=False, encoded=False):
    """Percent-encodes some bytes, those of an escape only if encoded."""

    out = b''

    for piece in re.findall(rb'%[0-9a-fA-F]{2}|(?s:.)', value):
        if len(piece) == 3 and not encoded:
            out += rng.choice([piece.lower(), piece.upper()])
        elif every or rng.random() < 0.2:
            out += b''.join(rng.choice([b'%%%02x', b'%%%02X']) % byte
                            for byte in piece)
        else:
            out += piece

    return out


def unicode_percent(rng, value, every=False):
    """Perl's %uXXXX for some of what a value's percent-encoding stands for."""

    try:
        text = urllib.parse.unquote_to_bytes(value).decode('utf-8')
    except UnicodeError:
        text = urllib.parse.unquote_to_bytes(value).decode('latin1')

    out = b''

    for char in text:
        if every or char in ' &;=+%' or rng.random() < 0.2:
            units = struct.iter_unpack('>H', char.encode('utf-16-be'))
            out += b''.join(rng.choice([b'%%u%04x', b'%%u%04X', b'%%U%04x'])
                            % unit for unit in units)
        else:
            out += char.encode('utf-8')

    return out


def unpercent(rng, value):
    """Undoes some of a value's percent-encoding."""

    return re.sub(rb'%([0-9a-fA-F]{2})',
                  lambda m: (m[0] if rng.random() < 0.3
                             else bytes([int(m[1], 16)])),
                  value)


def unescape(value):
    """Undoes Python's quoting."""

    if len(value) < 2 or value[:1] != b'"' or value[-1:] != b'"':
        return value

    return re.sub(rb'\\(?:([0-3][0-7]{2})|(.))',
                  lambda m: bytes([int(m[1], 8)]) if m[1] else m[2],
                  value[1:-1])


def escape(rng, value, every=False):
    """Python's quoting of any bytes, in any of its ways."""

    out = b''

    for byte in value:
        char = bytes([byte])

        if byte in b'"\\;' or every or rng.random() < 0.15:
            if byte in b'01234567' or rng.random() < 0.6:
                char = b'\\%03o' % byte
            else:
                char = b'\\' + char

        out += char

    return b'"' + out + b'"'


def latin1(value):
    """The bytes as they are to who takes UTF-8 for Latin-1, and back."""

    try:
        return value.decode('utf-8').encode('latin1')
    except UnicodeError:
        return value.decode('latin1').encode('utf-8')


VALUE_STEPS = [
    lambda rng, v: percent(rng, v),
    lambda rng, v: percent(rng, v, every=True),
    lambda rng, v: percent(rng, v, encoded=True),
    lambda rng, v: percent(rng, unescape(v), every=True),
    lambda rng, v: unicode_percent(rng, v),
    lambda rng, v: unicode_percent(rng, v, every=True),
    lambda rng, v: percent(rng, unicode_percent(rng, v)),
    unpercent,
    lambda rng, v: unpercent(rng, unpercent(rng, v)),
    lambda rng, v: unescape(v),
    lambda rng, v: escape(rng, unescape(v)),
    lambda rng, v: escape(rng, unescape(v), every=True),
    lambda rng, v: escape(rng, v),
    lambda rng, v: b'"' + v + b'"',
    lambda rng, v: b'"' + v,
    lambda rng, v: b'"' + v + rng.choice([b'x', b'%', b'\\', b'"', b'\xe9']),
    lambda rng, v: v + b'"',
    lambda rng, v: b"'" + v + b"'",
    lambda rng, v: b'""' + v + b'""',
    lambda rng, v: b'"' + v + b'";c"',
    lambda rng, v: v[:1] + v[1:].replace(b'"', b'%22') + rng.choice(AFTER),
    lambda rng, v: v + rng.choice(AFTER),
    lambda rng, v: rng.choice(BLANKS) + v,
    lambda rng, v: v + rng.choice(BLANKS),
    lambda rng, v: rng.choice(BLANKS) + v + rng.choice(BLANKS),
    lambda rng, v: v.replace(b'+', b'%2B'),
    lambda rng, v: v.replace(b'+', b' '),
    lambda rng, v: v.replace(b'%20', b'+').replace(b' ', b'+'),
    lambda rng, v: v.replace(b'%2B', b'+'),
    lambda rng, v: v.replace(b',', b'\\054'),
    lambda rng, v: latin1(v),
    lambda rng, v: latin1(unpercent(rng, v)),
    lambda rng, v: latin1(unescape(v)),
    lambda rng, v: escape(rng, latin1(unescape(v))),
    lambda rng, v: v.swapcase(),
    lambda rng, v: b'',
]


def spoil(rng, name):
    """One letter in another way."""

    i = rng.randrange(len(name))
    char = name[i:i + 1]
    other = rng.choice([b'%%%02x' % name[i], b'%%u%04x' % name[i],
                        char.swapcase(), b'.', b'[', b' ', b'_', b'+', b'\xa0',
                        b'%2e', b'%5B', b'%u005b'])

    return name[:i] + other + name[i + 1:]


NAME_STEPS = [
    lambda rng, n: n.upper(),
    lambda rng, n: n.lower(),
    lambda rng, n: n.swapcase(),
    lambda rng, n: n.replace(b'_', b'.').replace(b'.', b'_'),
    lambda rng, n: n.replace(b'_', b'.'),
    lambda rng, n: n.replace(b'_', b' '),
    lambda rng, n: n.replace(b'_', b'[', 1),
    lambda rng, n: n.replace(b'.', b'_'),
    lambda rng, n: n.replace(b'.', b' '),
    lambda rng, n: n.replace(b'.', b'['),
    lambda rng, n: percent(rng, n),
    lambda rng, n: unicode_percent(rng, n),
    lambda rng, n: unicode_percent(rng, n, every=True),
    lambda rng, n: percent(rng, unicode_percent(rng, n)),
    lambda rng, n: n + b'[]',
    lambda rng, n: n + b'%00x',
    lambda rng, n: b'"' + n + b'"',
    lambda rng, n: b'$' + n,
    lambda rng, n: n + rng.choice(BLANKS),
    lambda rng, n: rng.choice(BLANKS) + n,
    lambda rng, n: rng.choice(BLANKS) + n + rng.choice(BLANKS),
    spoil,
]


def disguises(rng, name, value):
    """The headers, most of one step, many of several.  Two are a list."""

    genuine = name + b'=' + value
    other = name + b'=0123456789abcdef0123456789abcdef'
    seen = []

    for step in VALUE_STEPS:
        for _ in range(2):
            seen.append(name + b'=' + step(rng, value))

    for step in NAME_STEPS:
        seen.append(step(rng, name) + b'=' + value)

    for blank in BLANKS:
        seen += [name + blank + b'=' + value, blank + name + b'=' + value,
                 name + b'=' + blank + value, genuine + blank,
                 genuine + blank + b'; b=2',
                 name + b'="' + blank + unescape(value) + blank + b'"']

    for end in SEPARATORS:
        seen += [end + genuine, genuine + end + b'b', b'a=1;' + end + genuine,
                 b'a=1, ' + end + genuine + rng.choice(SEPARATORS) + b'; b']

    seen += [text + genuine for text in BEFORE]
    seen += [genuine + text for text in AFTER]
    seen += [name + b'="' + value + text for text in AFTER]
    seen += [name + b'=' + escape(rng, unescape(value)) + text
             for text in AFTER]

    for joint in [b'; ', b';', b', ', b' ', b',', b'";', b'"; ']:
        for first in [other, name, name + b'=', name + b'="', name + b'[]=1']:
            seen += [first + joint + genuine, genuine + joint + first]

    for first in [other, b'a=1', b'a="', b'a="1', name + b'="']:
        seen += [[first, genuine], [genuine, first]]

    for _ in range(RANDOM_HEADERS):
        n, v = name, value

        for step in rng.sample(VALUE_STEPS, rng.choice([0, 1, 1, 2, 3])):
            v = step(rng, v)

        for step in rng.sample(NAME_STEPS, rng.choice([0, 0, 0, 1, 2])):
            n = step(rng, n)

        header = (rng.choice(BEFORE + [b''] * 20) + n + b'=' + v
                  + rng.choice(AFTER + [b''] * 20))

        chance = rng.random()

        if chance < 0.1:
            header = other + rng.choice([b'; ', b', ', b' ']) + header
        elif chance < 0.2:
            header += rng.choice([b'; ', b', ', b' ']) + other
        elif chance < 0.25:
            header = [other, header]
        elif chance < 0.3:
            header = [header, other]

        seen.append(header)

    for header in seen:
        lines = header if isinstance(header, list) else [header]

        if not any(byte in line for line in lines for byte in b'\0\n'):
            yield lines


# ------------------------------------------------------------------ parsers


class Missing(Exception):
    pass


def python_parsers():
    """Each takes the name and the header as bytes and gives bytes or None."""

    def text(value):
        return None if value is None else value.encode('utf-8',
                                                       'surrogatepass')

    def simple(name, header):
        cookie = SimpleCookie()

        try:
            cookie.load(header.decode('latin1'))
        except CookieError:
            return None

        morsel = cookie.get(name)
        return text(morsel and morsel.value)

    parsers = {'http.cookies': simple}

    try:
        import io

        from django.conf import settings
        from django.core.handlers.wsgi import WSGIRequest

        if not settings.configured:
            settings.configure()

        def django(name, header):
            environ = {'REQUEST_METHOD': 'GET', 'wsgi.input': io.BytesIO(),
                       'HTTP_COOKIE': header.decode('latin1')}
            return text(WSGIRequest(environ).COOKIES.get(name))

        parsers['django'] = django

    except ImportError:
        parsers['django'] = None

    try:
        from werkzeug.http import parse_cookie

        def werkzeug(name, header):
            environ = {'HTTP_COOKIE': header.decode('latin1')}

            # from version 3 on it reads no header that is not UTF-8
            try:
                return text(parse_cookie(environ).get(name))
            except UnicodeDecodeError:
                return None

        parsers['werkzeug'] = werkzeug

    except ImportError:
        parsers['werkzeug'] = None

    return parsers


def batch(command, inputs):
    lines = ''.join('%s %s\n' % (name, header.hex())
                    for name, header in inputs)
    out = subprocess.run(command, input=lines, stdout=subprocess.PIPE,
                         universal_newlines=True, check=True, cwd=HERE)
    return out.stdout.split('\n')[:-1]


def several(command, inputs):
    *lines, parsers = [json.loads(line) for line in batch(command, inputs)]

    return {parser: [bytes.fromhex(found[parser]) if parser in found else None
                     for found in lines]
            for parser in parsers}


def node(inputs):
    if not shutil.which('node') or not os.path.isdir(
            os.path.join(HERE, 'node_modules')):
        raise Missing('no node, or npm install has not been run in %s'
                      % os.path.basename(HERE))

    return several(['node', 'parsers.js'], inputs)


def ruby(inputs):
    if not shutil.which('ruby'):
        raise Missing('no ruby')

    results = several(['ruby', 'parsers.rb'], inputs)

    if 'rack' not in results:
        print('%-14s SKIPPED: no ruby-rack' % 'rack')

    return results


def perl(inputs):
    if subprocess.run(['perl', '-MCGI::Cookie', '-e', '1'],
                      stderr=subprocess.DEVNULL).returncode:
        raise Missing('no libcgi-pm-perl')

    return several(['perl', 'parsers.pl'], inputs)


JARS = ['jetty9-server', 'jetty9-http', 'jetty9-util', 'servlet-api',
        'tomcat9-coyote', 'tomcat9-util', 'tomcat9-juli']


def java(inputs):
    jars = ['/usr/share/java/%s.jar' % jar for jar in JARS]

    if not shutil.which('javac') or not all(map(os.path.exists, jars)):
        raise Missing('no javac, libjetty9-java and libtomcat9-java')

    # Tomcat logs what it ignores

    return several(['java', '-Dorg.eclipse.jetty.util.log.announce=false',
                    '-Djava.util.logging.config.file=/dev/null',
                    '-cp', ':'.join(jars), 'Parsers.java'], inputs)


def php(inputs):
    """PHP reads the headers as a FastCGI server: a process each is slow."""

    if not shutil.which('php-cgi'):
        raise Missing('no php-cgi')

    with tempfile.TemporaryDirectory() as tmp:
        path = os.path.join(tmp, 'php')
        server = subprocess.Popen(
            ['php-cgi', '-n', '-b', path],
            env=dict(os.environ, PHP_FCGI_MAX_REQUESTS='0'))

        try:
            return {'php': list(php_requests(path, inputs))}
        finally:
            server.terminate()
            server.wait()


def php_requests(path, inputs):
    sock = socket.socket(socket.AF_UNIX)

    for _ in range(100):
        try:
            sock.connect(path)
            break
        except OSError:
            time.sleep(0.05)
    else:
        raise SystemExit('php-cgi does not listen')

    stream = sock.makefile('rb')

    def record(kind, data):
        return struct.pack('>BBHHBB', 1, kind, 1, len(data), 0, 0) + data

    for name, header in inputs:
        name = name.replace('.', '_')
        params = b''

        for key, value in [(b'REQUEST_METHOD', b'GET'),
                           (b'SCRIPT_FILENAME',
                            os.path.join(HERE, 'parsers.php').encode()),
                           (b'HTTP_COOKIE', header)]:
            params += struct.pack('>II', len(key) | 1 << 31,
                                  len(value) | 1 << 31) + key + value

        sock.sendall(record(1, struct.pack('>HB5x', 1, 1))  # and keep open
                     + record(4, params) + record(4, b'') + record(5, b''))

        body = b''
        kind = 0

        while kind != 3:
            _, kind, _, length, padding, _ = struct.unpack(
                '>BBHHBB', stream.read(8))
            data = stream.read(length + padding)[:length]

            if kind == 6:
                body += data

        values = dict(line.split(b'=') for line in
                      body.partition(b'\r\n\r\n')[2].splitlines())
        value = values.get(name.encode().hex().encode())

        yield None if value is None else bytes.fromhex(value.decode())


def parse(inputs, skipped):
    """What each parser makes of each of the inputs: (name, header)."""

    results = {}

    for parser, function in python_parsers().items():
        if function:
            results[parser] = [function(name, header)
                               for name, header in inputs]
        else:
            skipped[parser] = 'python3 has no ' + parser

    for name, function in [('node', node), ('ruby', ruby), ('perl', perl),
                           ('java', java), ('php', php)]:
        try:
            results.update(function(inputs))
        except Missing as missing:
            skipped[name] = missing

    return results


# --------------------------------------------------------------------- ours

Reading = collections.namedtuple('Reading', 'standard cut is_canonical part'
                                            ' length value canonical')


def readings(command, inputs):
    for line in batch([command], inputs):
        found = []

        for reading in line.split():
            *numbers, value, canonical = reading.split(',')
            found.append(Reading(*map(int, numbers), bytes.fromhex(value),
                                 bytes.fromhex(canonical)))

        yield found


def withhold(header, found):
    """The header without the cookies, as the module passes it on."""

    cut = bytearray(header)

    for reading in sorted(found, key=lambda r: -r.part):
        end = reading.part + reading.length + 1
        cut[reading.part:end] = b'\0' * (min(end, len(header)) - reading.part)

    return bytes(cut).replace(b'\0', b'').rstrip(b'; ')


def build(directory):
    path = os.path.join(directory, 'readings')
    subprocess.run([os.environ.get('CC', 'cc'), '-std=gnu11', '-O1', '-Wall',
                    '-Wextra', '-Werror', '-I', SRC, '-o', path,
                    os.path.join(HERE, 'readings.c'),
                    os.path.join(SRC, 'ssec_cookie.c')], check=True)
    return path


# -------------------------------------------------------------------- tests


def check_ordinary(command):
    """An ordinary header has one reading, the plain one, but for cut ones."""

    around = [b'a=1', b'_ga=GA1.2.3.4', b'theme=dark', b'csrftoken=Zx9',
              b'sid=77', b'x' * 90 + b'=' + b'y' * 400, b'empty=',
              b'lang=en-US', b'visitor=%7B%22a%22%3A1%7D', b'mysess=3']
    inputs, expected = [], []

    for name in NAMES:
        for kind, value in VALUES.items():
            if re.search(rb'[", ]', value):
                continue

            for i in range(len(around)):
                for joint in [b'; ', b';']:
                    header = joint.join(around[:i]
                                        + [name.encode() + b'=' + value]
                                        + around[i:])
                    inputs.append((name, header))
                    expected.append((value, not re.search(rb'[%+]', value)))

    wrong = 0

    for (name, header), (value, plain), found in zip(
            inputs, expected, readings(command, inputs)):
        cut = {reading.value for reading in found[1:] if reading.cut}
        before = {value[:value.index(end)] for end in SEPARATORS
                  if end in value}

        if (not found[0].standard or found[0].cut
                or len(found) != 1 + len(cut) or not cut <= before
                or found[0].value != value
                or found[0].is_canonical != plain):
            print('not ordinary:', name, header, found)
            wrong += 1

    print('ordinary: %d headers, %d misread' % (len(inputs), wrong))

    return wrong


def main(command):
    rng = random.Random(SEED)
    skipped = {}
    cases = []          # name, kind of value, lines of the Cookie header

    for name in NAMES:
        for kind, value in VALUES.items():
            cases.append((name, kind, [name.encode() + b'=' + value]))
            cases += [(name, kind, lines) for lines in
                      disguises(rng, name.encode(), value)]

    # HTTP joins equal headers with a comma, HTTP/2 and Node with "; "

    joined = [(i, joint) for i, (_, _, lines) in enumerate(cases)
              for joint in ([b'; ', b', ', b','] if len(lines) > 1
                            else [b''])]

    lines = [(i, (name, line)) for i, (name, _, lines) in enumerate(cases)
             for line in lines]
    ours = [[] for _ in cases]
    rest = [[] for _ in cases]

    for (i, (_, line)), found in zip(lines, readings(
            command, [line for _, line in lines])):
        ours[i] += found
        rest[i].append(withhold(line, found))

    results = parse([(cases[i][0], joint.join(cases[i][2]))
                     for i, joint in joined], skipped)

    accepted = collections.Counter()
    disguised = {}
    missed = 0
    genuine = {}

    for at, (i, joint) in enumerate(joined):
        name, kind, lines = cases[i]
        values = {parser: result[at] for parser, result in results.items()}

        if (name, kind) not in genuine:

            # who cuts off some of it has no such sessions

            values = {parser: value for parser, value in values.items()
                      if value == VALUES[kind] or value is None
                      or not VALUES[kind].startswith(value)}
            genuine[name, kind] = (values, ours[i][0].canonical)
            continue

        by = [parser for parser, value in values.items()
              if (value is not None
                  and value == genuine[name, kind][0].get(parser))]

        if not by:
            continue

        accepted.update(by)
        disguised.setdefault(i, []).append(joint)

        if genuine[name, kind][1] not in [r.canonical for r in ours[i]]:
            missed += 1
            print('missed: %s %s %r\n    read by %s\n    ours %r, not %r' % (
                  name, kind, joint.join(lines), ', '.join(by),
                  [r.canonical for r in ours[i]], genuine[name, kind][1]))

    # what is left once the cookie has been withheld

    left = [(i, joint.join(line for line in rest[i] if line))
            for i, joints in disguised.items() for joint in joints]
    leaks = 0

    for parser, result in parse([(cases[i][0], header)
                                 for i, header in left], skipped).items():
        for (i, header), value in zip(left, result):
            name, kind, lines = cases[i]

            if (value is not None
                    and value == genuine[name, kind][0].get(parser)):
                leaks += 1
                print('leaked: %s %s %r\n    to %s in %r' % (
                      name, kind, lines, parser, header))

    for parser in results:
        print('%-14s accepted %5d' % (parser, accepted[parser]))

    for parser, why in skipped.items():
        print('%-14s SKIPPED: %s' % (parser, why))

    print('withheld: %d headers, %d leaked' % (len(left), leaks))
    print('disguise: %d headers, %d accepted by a backend, %d missed' % (
          len(joined), len({i for i in disguised}), missed))

    return missed + leaks + check_ordinary(command)


if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as tmp:
        sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else build(tmp)) != 0)
