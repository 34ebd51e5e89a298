"""
A table of measurements, as text and as a chart.
"""

import os
import textwrap

import chart
import machine

RESULTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "results")

# whose a row is: what it is compared with, a rival's, or the module's own
BASE, RIVAL, OURS = "base", "rival", "ours"


class Table:
    """Rows of a name and numbers; the first column of them is drawn."""

    def __init__(self, title, columns, notes=""):
        self.title = title
        self.columns = columns
        self.notes = notes
        self.rows = []
        self.groups = set()

    def group(self):
        """What follows is set apart from what was before."""

        self.groups.add(len(self.rows))

    def add(self, whose, name, *cells):
        self.rows.append((whose, name, cells))

    def missing(self, name, why):
        self.rows.append((RIVAL, name, ("not measured: " + why,)))

    def text(self):
        widths = [max([len(self.title)] + [len(row[1]) for row in self.rows])]
        widths += [max([len(column)] + [len(self.shown(row[2][i]))
                                        for row in self.rows
                                        if len(row[2]) == len(self.columns)])
                   for i, column in enumerate(self.columns)]

        lines = [self.line(widths, self.title, self.columns), ""]

        for i, (_, name, cells) in enumerate(self.rows):
            if i and i in self.groups:
                lines.append("")

            if len(cells) == len(self.columns):
                lines.append(self.line(widths, name, map(self.shown, cells)))
            else:
                lines.append("%-*s  %s" % (widths[0], name, cells[0]))

        if self.notes:
            lines += [""] + textwrap.wrap(self.notes, 78)

        return "\n".join(lines) + "\n"

    @staticmethod
    def shown(cell):
        """A number as people write it; a string says all itself."""

        if isinstance(cell, str):
            return cell

        if isinstance(cell, float) and abs(cell) < 100:
            return "%.2f" % cell if abs(cell) < 10 else "%.1f" % cell

        return "{:,.0f}".format(cell)

    @staticmethod
    def line(widths, name, cells):
        return ("%-*s" % (widths[0], name)
                + "".join("  %*s" % (width, cell)
                          for width, cell in zip(widths[1:], cells))).rstrip()


def above(n, base):
    return "%+d" % round(n - base)


def write(part, tables):
    """Into results/, and onto the screen."""

    os.makedirs(RESULTS, exist_ok=True)
    facts = machine.described()

    text = "\n".join("%-10s %s" % fact for fact in facts) + "\n"

    for table in tables:
        text += "\n\n" + table.text()

    with open(os.path.join(RESULTS, part + ".txt"), "w") as file:
        file.write(text)

    with open(os.path.join(RESULTS, part + ".svg"), "w") as file:
        file.write(chart.svg(tables, facts))

    print("\n\n".join(table.text() for table in tables), flush=True)
