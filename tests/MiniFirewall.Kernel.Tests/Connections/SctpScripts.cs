using MiniFirewall.Packets;

namespace MiniFirewall.Kernel.Tests.Connections;

/// <summary>Sequences of SCTP packets with a name each, as <see cref="Scripts"/>.</summary>
internal static class SctpScripts
{
    private static readonly (string Name, string Script)[] s_both =
    [
        ("opens, talks, shuts down", """
            > sctp init=11
            < sctp tag 11 init-ack=22
            > sctp tag 22 cookie-echo data
            < sctp tag 11 cookie-ack sack
            > sctp tag 22 data data
            < sctp tag 11 sack
            > sctp tag 22 heartbeat
            < sctp tag 11 heartbeat-ack
            > sctp tag 22 shutdown
            < sctp tag 11 shutdown-ack
            > sctp tag 22 complete
            > sctp tag 22 data
            """),
        ("the answering side shuts down", """
            > sctp init=11
            < sctp tag 11 init-ack=22
            > sctp tag 22 cookie-echo
            < sctp tag 11 cookie-ack
            < sctp tag 11 shutdown
            > sctp tag 22 shutdown-ack
            < sctp tag 11 complete
            < sctp tag 11 complete
            """),
        ("INIT again and again, closed and anew", """
            > sctp init=11
            > sctp init=11
            > sctp init=12
            < sctp tag 11 init-ack=22
            < sctp tag 12 init-ack=22
            > sctp init=12
            > sctp tag 22 cookie-echo
            < sctp tag 12 cookie-ack
            > sctp tag 22 abort
            > sctp init=13
            < sctp tag 13 init-ack=23
            > sctp tag 23 cookie-echo
            < sctp tag 13 cookie-ack
            """),
        ("both send INIT", """
            > sctp init=11
            < sctp init=22
            > sctp tag 22 init-ack=11
            < sctp tag 11 init-ack=22
            > sctp tag 22 cookie-echo
            < sctp tag 11 cookie-echo
            > sctp tag 22 cookie-ack
            < sctp tag 11 cookie-ack
            > sctp tag 22 data
            """),
        ("both send INIT, and an answer tells another tag", """
            > sctp init=11
            < sctp init=22
            > sctp tag 22 init-ack=12
            < sctp tag 11 init-ack=23
            > sctp init=14
            > sctp tag 22 init-ack=14
            < sctp tag 14 init-ack=24
            """),
        ("an INIT ACK that fits no INIT", """
            > sctp init=11
            < sctp tag 12 init-ack=22
            < sctp tag 11 init-ack=22
            < sctp tag 11 init-ack=23
            > sctp tag 23 cookie-echo
            > sctp tag 22 cookie-echo
            < sctp tag 11 init-ack=0
            """),
        ("wrong tags", """
            > sctp tag 5 init=11
            > sctp init=11
            < sctp tag 11 init-ack=22
            > sctp tag 23 cookie-echo
            > sctp tag 22 cookie-echo
            < sctp tag 12 cookie-ack
            < sctp tag 11 cookie-ack
            > sctp tag 23 data
            > sctp tag 0 data
            < sctp tag 22 sack
            > sctp tag 11 shutdown
            > sctp tag 11 abort
            > sctp tag 22 abort/t
            > sctp tag 23 abort/t
            > sctp tag 11 complete
            > sctp tag 11 complete/t
            > sctp tag 23 shutdown-ack
            < sctp tag 22 abort/t
            > sctp tag 22 data
            """),
        ("the peer's tag, with the T bit", """
            > sctp init=11
            < sctp tag 11 abort/t
            < sctp tag 0 abort/t
            < sctp tag 0 abort
            < sctp tag 11 abort
            < sctp tag 11 init-ack=22
            """),
        ("shut down without a tag known to the other side", """
            > sctp init=11
            < sctp tag 11 init-ack=22
            > sctp tag 22 cookie-echo
            < sctp tag 11 cookie-ack
            > sctp tag 22 shutdown
            < sctp tag 11 shutdown-ack
            > sctp tag 11 complete/t
            """),
        ("a stale cookie", """
            > sctp init=11
            < sctp tag 11 init-ack=22
            > sctp tag 22 cookie-echo
            < sctp tag 11 error
            > sctp init=11
            < sctp tag 11 init-ack=23
            """),
        ("heartbeats begin it", """
            > sctp tag 22 heartbeat
            > sctp tag 22 heartbeat
            < sctp tag 11 heartbeat-ack
            > sctp tag 22 data
            < sctp tag 11 data sack
            < sctp tag 12 data
            """),
        ("heartbeats begin it, and the other side aborts", """
            > sctp tag 22 heartbeat
            < sctp tag 22 abort/t
            < sctp tag 11 heartbeat
            < sctp tag 11 data
            > sctp tag 22 init=5
            """),
        ("heartbeats with other tags", """
            > sctp init=11
            < sctp tag 11 init-ack=22
            > sctp tag 22 cookie-echo
            < sctp tag 11 cookie-ack
            > sctp tag 33 heartbeat
            < sctp tag 44 heartbeat-ack
            > sctp tag 33 heartbeat
            < sctp tag 44 data
            > sctp tag 22 data
            """),
        ("heartbeats with other tags, wrongly answered", """
            > sctp init=11
            < sctp tag 11 init-ack=22
            > sctp tag 22 cookie-echo
            < sctp tag 11 cookie-ack
            < sctp tag 44 heartbeat-ack
            > sctp tag 33 heartbeat data
            > sctp tag 33 data heartbeat
            > sctp tag 33 heartbeat heartbeat
            > sctp tag 33 heartbeat
            > sctp tag 44 heartbeat-ack
            > sctp tag 22 heartbeat
            < sctp tag 44 heartbeat-ack
            > sctp tag 33 heartbeat heartbeat-ack
            < sctp tag 44 heartbeat
            < sctp tag 44 heartbeat-ack
            > sctp tag 22 heartbeat-ack
            """),
        ("other chunks begin it", """
            > sctp init-ack=5
            < sctp init-ack=6
            """),
        ("an INIT ACK with a tag begins nothing", """
            > sctp tag 7 init-ack=5
            > sctp tag 7 data
            > sctp tag 7 sack
            > sctp tag 7 cookie-ack
            > sctp tag 7 abort
            > sctp tag 7 abort/t
            > sctp tag 7 complete
            > sctp tag 7 12
            > sctp tag 7 15
            > sctp tag 7 64
            > sctp tag 7 193
            > sctp tag 7 heartbeat data
            > sctp tag 7 heartbeat 130
            > sctp tag 7 cookie-echo
            > sctp tag 7 shutdown
            > sctp tag 7 error
            """),
        ("a SHUTDOWN ACK out of the blue", """
            > sctp tag 7 shutdown-ack
            < sctp tag 7 complete/t
            """),
        ("a SHUTDOWN without a tag", """
            > sctp shutdown
            < sctp heartbeat
            """),
        ("a COOKIE ECHO without a tag", """
            > sctp cookie-echo error
            < sctp cookie-ack
            """),
        ("a HEARTBEAT ACK out of the blue", """
            > sctp tag 7 heartbeat-ack heartbeat
            < sctp tag 7 heartbeat-ack
            """),
        ("chunks that do not stand together, or not so", """
            > sctp init=11 init=12
            > sctp init=11 data
            > sctp heartbeat init=11
            > sctp error cookie-echo
            > sctp shutdown cookie-ack
            > sctp shutdown-ack complete
            > sctp zero
            > sctp
            > sctp cut
            > sctp tag 7 heartbeat zero
            > sctp short-init
            > sctp short-init-ack
            > sctp init=11 cut
            < sctp short-init-ack
            < sctp tag 11 short-init-ack
            < sctp short-init
            < sctp tag 11 init-ack=22
            > sctp tag 22 cookie-echo data small small data
            < sctp tag 11 cookie-ack data long
            > sctp tag 22 data long
            > sctp tag 22 data zero
            > sctp tag 22 data cookie-ack
            > sctp tag 22 data cookie-echo
            > sctp tag 22 data abort
            """),
        ("what a refused chunk comes behind stays changed", """
            > sctp init=11
            < sctp tag 11 init-ack=22
            > sctp tag 22 cookie-echo
            < sctp tag 11 cookie-ack
            > sctp tag 22 shutdown abort/t
            < sctp tag 11 shutdown-ack
            > sctp tag 22 complete
            """),
        ("not the whole header", """
            > proto 132
            > sctp init=11
            < proto 132
            """),
        ("one that was dropped", """
            > sctp init=11
            < sctp tag 11 init-ack=22
            > sctp tag 22 abort data
            > sctp tag 22 data
            """),
    ];

    private static readonly (string Name, string Script)[] s_v4 =
    [
        ("errors about it", """
            > sctp init=11
            < error 3 2
            < error 3 2 forged
            < error 3 2 astray
            < sctp tag 11 init-ack=22
            > error 3 3
            > error 11
            < error 12
            > sctp tag 22 cookie-echo
            """),
    ];

    private static readonly (string Name, string Script)[] s_v6 =
    [
        ("errors about it", """
            > sctp init=11
            < error 1 4
            < error 1 4 forged
            < error 1 4 astray
            < sctp tag 11 init-ack=22
            > error 3
            < error 4
            > sctp tag 22 cookie-echo
            """),
    ];

    internal static IEnumerable<(string Name, string Script)> For(Family family) => s_both.Concat(family == Family.IPv4 ? s_v4 : s_v6);
}
