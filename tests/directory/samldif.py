#!/usr/bin/python3
"""samldif.py SMB.CONF -- change a domain's database as LDIF on stdin says.

Samba's own tools do one account a second; this does a hundred.
"""

import sys

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

BATCH = 250  # changes of one transaction


def main():
    lp = LoadParm()
    lp.load(sys.argv[1])
    lp.set("dsdb:schema update allowed", "yes")
    db = SamDB(lp=lp, session_info=system_session())
    changes = 0
    db.transaction_start()
    for kind, message in db.parse_ldif(sys.stdin.read()):
        try:
            if kind == ldb.CHANGETYPE_MODIFY:
                db.modify(message)
            elif kind == ldb.CHANGETYPE_DELETE:
                db.delete(message.dn)
            else:
                # Nobody but a migration sets sIDHistory.
                db.add(message, controls=["relax:0"])
        except ldb.LdbError as error:
            sys.exit("%s: %s" % (message.dn, error.args[1]))
        changes += 1
        if changes % BATCH == 0:
            db.transaction_commit()
            db.transaction_start()
    db.transaction_commit()


main()
