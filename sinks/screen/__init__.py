"""What the map shows, worked out without a widget: choices, figures, classes, labels, outlines.

The pages read widgets, call one function of this package and show what it returns.
"""
