"""The ``tanhui`` command: gathers the commands and turns every fault into a sentence."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import click

from rasters import RastersError, RefusedError

from .commands import COMMANDS
from .commands.inventory import ADDITIONS
from .errors import SinksError
from .folder import LockedError
from .terminal import DONE, FAULT, INTERRUPTED, LOCKED, REFUSED, Terminal, default_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .export.extras import Addition


def build_commands(additions: Sequence[Addition] = ()) -> click.Group:
    """Return the ``tanhui`` command with the commands of this package.

    Parameters
    ----------
    additions
        Other packages that add to the results folders of ``run`` and ``demo``.

    """

    @click.group(context_settings={"help_option_names": ["-h", "--help"]})
    @click.version_option(package_name="tanhui")
    @click.pass_context
    def tanhui(context: click.Context) -> None:
        """碳汇：由土地覆盖与生物量栅格得到分盟市生态系统碳清单.

        Ecosystem carbon inventory by league and city from land-cover and biomass rasters.
        """
        context.meta[ADDITIONS] = tuple(additions)

    for command in COMMANDS:
        tanhui.add_command(command)
    return tanhui


def run_commands(group: click.Group, args: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; no fault leaves without a sentence.

    Parameters
    ----------
    group
        What :func:`build_commands` returns, with further commands or without.
    args
        The words after ``tanhui``; None for those of this process.

    """
    terminal = Terminal(lang=default_language(), quiet=False)
    try:
        result = group.main(args=args, prog_name="tanhui", standalone_mode=False, obj=terminal)
        code = result if isinstance(result, int) else DONE
    except (click.exceptions.Abort, KeyboardInterrupt):
        terminal.fault("interrupted")
        code = INTERRUPTED
    except click.ClickException as error:
        error.show()
        code = REFUSED
    except LockedError as error:
        terminal.fault("locked", what=error)
        code = LOCKED
    except RefusedError as error:  # a refusal outside of check and run
        terminal.findings(error.findings)
        code = REFUSED
    except (SinksError, RastersError) as error:
        terminal.err.print(str(error), markup=False)
        code = REFUSED
    except Exception:  # noqa: BLE001 - the last line of defence says that it is ours
        terminal.fault("internal")
        terminal.err.print(traceback.format_exc(), markup=False)
        code = FAULT
    return code
