"""
Tables as one SVG picture of bars: no script, no font, nothing from elsewhere.
It follows the reader's choice of light or dark, and says itself what it shows
to those who cannot see it.
"""

import textwrap

from xml.sax.saxutils import escape
WIDTH = 860
MARGIN = 24
NAMES = 300                      # pixels for the names of the rows
BARS = 360                       # for the longest bar
ROW = 24
GAP = 10                         # between groups of rows

STYLE = """
    .paper { fill: #ffffff }
    text { fill: #1f2328; font: 13px system-ui, sans-serif }
    .title { font-size: 15px; font-weight: 600 }
    .fact { fill: #59636e; font-size: 12px }
    .base { fill: #8c959f }
    .rival { fill: #bc6c00 }
    .ours { fill: #0969da }
    .axis { stroke: #8c959f }
    @media (prefers-color-scheme: dark) {
        .paper { fill: #0d1117 }
        text { fill: #e6edf3 }
        .fact { fill: #9198a1 }
        .base { fill: #6e7681 }
        .rival { fill: #db8e2f }
        .ours { fill: #4493f8 }
        .axis { stroke: #6e7681 }
    }
"""

LEGEND = (("ours", "this module"), ("rival", "others"),
          ("base", "without either"))


class Picture:
    """What is drawn so far, and how far down that went."""

    def __init__(self):
        self.parts = []
        self.y = MARGIN

    def text(self, x, words, kind="", anchor="start"):
        self.parts.append('<text x="%d" y="%d" text-anchor="%s"%s>%s</text>'
                          % (x, self.y, anchor,
                             ' class="%s"' % kind if kind else "",
                             escape(words)))

    def bar(self, kind, length):
        self.parts.append('<rect class="%s" x="%d" y="%d" width="%.1f" '
                          'height="%d"/>'
                          % (kind, MARGIN + NAMES, self.y - ROW + 10,
                             max(length, 1), ROW - 8))

    def axis(self, top, bottom):
        x = MARGIN + NAMES - 0.5
        self.parts.append('<line class="axis" x1="%s" y1="%d" x2="%s" '
                          'y2="%d"/>' % (x, top, x, bottom))

    def legend(self):
        x = MARGIN

        for kind, words in LEGEND:
            self.parts.append('<rect class="%s" x="%d" y="%d" width="12" '
                              'height="12"/>' % (kind, x, self.y - 11))
            self.text(x + 18, words)
            x += 36 + 8 * len(words)

    def table(self, table):
        self.y += 2 * ROW
        self.text(MARGIN, table.title + ": " + table.columns[0]
                  + "".join(" (%s)" % column for column in table.columns[1:2]),
                  "title")
        self.y += GAP
        top = self.y

        numbers = [cells[0] for _, _, cells in table.rows
                   if not isinstance(cells[0], str)]
        longest = max(numbers, default=0) or 1

        for i, (whose, name, cells) in enumerate(table.rows):
            if i and i in table.groups:
                self.y += GAP

            self.y += ROW
            self.text(MARGIN + NAMES - 8, name, anchor="end")

            if isinstance(cells[0], str):
                self.text(MARGIN + NAMES + 8, table.shown(cells[0]), "fact")
                continue

            length = BARS * cells[0] / longest
            self.bar(whose, length)
            self.text(MARGIN + NAMES + max(length, 1) + 8,
                      table.shown(cells[0])
                      + ("  (%s)" % table.shown(cells[1])
                         if len(cells) > 1 and cells[1] != "" else ""))

        self.axis(top, self.y + 8)


def svg(tables, facts):
    picture = Picture()

    picture.y += 12
    picture.legend()

    for table in tables:
        picture.table(table)

    picture.y += 2 * ROW
    words = ", ".join("%s %s" % fact for fact in facts)

    for line in textwrap.wrap(words, 110):
        picture.text(MARGIN, line, "fact")
        picture.y += 18

    height = picture.y + MARGIN // 2

    return """<svg xmlns="http://www.w3.org/2000/svg" role="img"
 aria-labelledby="title desc" viewBox="0 0 %(width)d %(height)d"
 width="%(width)d" height="%(height)d">
<title id="title">%(title)s</title>
<desc id="desc">%(desc)s</desc>
<style>%(style)s</style>
<rect class="paper" width="100%%" height="100%%"/>
%(parts)s
</svg>
""" % {
        "width": WIDTH, "height": height, "style": STYLE,
        "title": escape("; ".join(table.title for table in tables)),
        "desc": escape("\n".join(table.text() for table in tables)),
        "parts": "\n".join(picture.parts),
    }
