namespace MiniFirewall.Testing.Rules;

/// <summary>Rules that ask more than a packet's own numbers, one of each kind, the deepest of those that there are.</summary>
public static class AskingRules
{
    /// <summary>The lines of the set and the rate estimator that they name.</summary>
    public const string Named = "set asking type hash:net,port { 10.0.0.0/8,tcp:80, 2001:db8::/32,udp:53 }\n-A FORWARD -j RATEEST --rateest-name asking --rateest-interval 1s --rateest-ewmalog 8s";

    /// <summary>For both families and every hook.</summary>
    public static readonly string[] Anywhere =
    [
        "-m conntrack --ctstate RELATED,ESTABLISHED",
        "-m conntrack --ctproto tcp --ctorigdstport 22 --ctexpire 3:500",
        "-m conntrack --ctstate DNAT",
        "-m connbytes --connbytes 10:20 --connbytes-dir both --connbytes-mode bytes",
        "-m connmark --mark 1",
        "-m connlabel --label 1 --set",
        "-m cluster --cluster-total-nodes 2 --cluster-local-node 1 --cluster-hash-seed 1",
        "-m limit --limit 5/min",
        "-m hashlimit --hashlimit-above 5/min --hashlimit-mode srcip,dstport --hashlimit-name asking",
        "-m quota --quota 1000",
        "-m recent --name asking --set --rdest",
        "-m recent --name asking --update --seconds 60 --hitcount 20 --rttl",
        "-m recent --name asking --rcheck --seconds 60 --reap",
        "-m statistic --mode random --probability 0.5",
        "-m statistic --mode nth --every 3 --packet 0",
        "-m string --string \"GET /\" --algo bm --from 1 --to 2000",
        "-m string --string \"GET /\" --algo kmp --icase",
        "-p tcp -m tcpmss --mss 500:600",
        "-p tcp -m tcp --tcp-option 5",
        "-p sctp -m sctp --chunk-types any DATA,INIT",
        "-p dccp -m dccp --dccp-option 3",
        "-m u32 --u32 \"6&0xFF=1&&0>>22&0x3C@0=0:3\"",
        "-m bpf --bytecode \"4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0\"",
        "-m addrtype --src-type LOCAL",
        "-m time --timestart 01:00 --timestop 02:00 --weekdays Mon,Tue",
        "-m cpu --cpu 0",
        "-m pkttype --pkt-type broadcast",
        "-p esp -m esp --espspi 1:5",
        "-m ecn --ecn-ip-ect 1",
        "-p udp -m multiport --ports 1,2,3",
        "-m set --match-set asking src,dst",
        "-j LOG --log-prefix asking --log-uid",
        "-j NFLOG --nflog-group 5",
        "-j CONNMARK --set-mark 5",
        "-j CONNMARK --restore-mark --left-shift-mark 3",
        "-j MARK --set-mark 5",
        "-m mark --mark 5/7",
        "-j SET --add-set asking src,dst --exist",
        "-j RATEEST --rateest-name asking --rateest-interval 1s --rateest-ewmalog 8s",
        "-m rateest --rateest-delta --rateest1 asking --rateest-bps1 1mbit --rateest-gt --rateest2 asking --rateest-bps2 2mbit",
    ];

    /// <summary>For IPv6 and every hook.</summary>
    public static readonly string[] OfIPv6 =
    [
        "-m rt --rt-type 0 --rt-0-addrs ::1,::2,::3,::4,::5,::6,::7,::8,::9,::a,::b,::c,::d,::e,::f,::10 --rt-0-not-strict",
        "-m dst ! --dst-len 8 --dst-opts 0,1:2,0,3:4,0,5:6,0,7:8",
        "-m frag ! --fragid 1:2 --fragres --fragfirst --fragmore",
        "-m srh --srh-next-hdr 6 --srh-segs-left-gt 1 --srh-tag 7 --srh-psid ::1 --srh-nsid ::2/64",
        "-m ipv6header --header hop,frag --soft",
        "-p mh -m mh --mh-type 1:3",
        "-m ah --ahspi 1:5",
        "-m hbh --hbh-opts 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16",
    ];
}
