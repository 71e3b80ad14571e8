@nfacct add web; nfacct add abcdefghijklmnopqrstuvwxyzabcde
:INPUT,FORWARD,OUTPUT
-m nfacct --nfacct-name web;=;OK
-m nfacct --nfacct-name abcdefghijklmnopqrstuvwxyzabcde;=;OK
# A longer name is cut.
-m nfacct --nfacct-name abcdefghijklmnopqrstuvwxyzabcdef;-m nfacct --nfacct-name abcdefghijklmnopqrstuvwxyzabcde;OK
-m nfacct --nfacct-name;;FAIL
-m nfacct ! --nfacct-name web;;FAIL
-m nfacct;;FAIL
