# Manual pages, in mdoc.  Every program, module, function and file format has
# one, listed here; tests/house/manpages.sh holds us to that.
dist_man_MANS += %D%/idmap.conf.5
dist_man_MANS += %D%/nss_idmap.8
dist_man_MANS += %D%/pam_idmap.8
dist_man_MANS += %D%/idmap-backends.7
dist_man_MANS += %D%/idmap-directory.5
dist_man_MANS += %D%/idmap-domains.5
dist_man_MANS += %D%/idmap-rules.7
dist_man_MANS += %D%/idmap-names.5
dist_man_MANS += %D%/idmap-textmap.5
dist_man_MANS += %D%/namemap.3
dist_man_MANS += %D%/attrmap.3
dist_man_MANS += %D%/idmapd.8
dist_man_MANS += %D%/idmap.service.8
dist_man_MANS += %D%/idmap.8
dist_man_MANS += %D%/idmap-map.5
dist_man_MANS += %D%/idadmin.8
dist_man_MANS += %D%/attradmin.8
dist_man_MANS += %D%/smbusers.5
dist_man_MANS += %D%/uidadmin.1
dist_man_MANS += %D%/usermap.cfg.5
