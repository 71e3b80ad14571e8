using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Packets;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Matches;

/// <summary>What a question costs the verifier, of the million instructions it goes through at most.</summary>
public sealed class QuestionSizeTests(ITestOutputHelper output)
{
    private const uint Most = 20_000;

    [Theory]
    [InlineData("-m frag ! --fragid 1:2 --fragres --fragfirst --fragmore")]
    [InlineData("-m rt --rt-type 0 ! --rt-segsleft 1:2 ! --rt-len 24 --rt-0-res")]
    [InlineData("-m rt --rt-type 0 --rt-0-addrs ::1,::2,::3,::4,::5,::6,::7,::8,::9,::a,::b,::c,::d,::e,::f,::10")]
    [InlineData("-m rt --rt-type 0 --rt-0-addrs ::1,::2,::3,::4,::5,::6,::7,::8,::9,::a,::b,::c,::d,::e,::f,::10 --rt-0-not-strict")]
    [InlineData("-m hbh --hbh-opts 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16")]
    [InlineData("-m dst ! --dst-len 8 --dst-opts 0,1:2,0,3:4,0,5:6,0,7:8")]
    [InlineData("-m dst --dst-len 8 --dst-opts 1,2:3,0,0,4:5,6")]
    [InlineData("-m hbh ! --hbh-len 8")]
    [InlineData("-m rt --rt-segsleft 0:2 --rt-type 256 --rt-len 8")]
    [InlineData("-m rt --rt-segsleft 0:2 ! --rt-type 256 --rt-len 8")]
    [InlineData("-m srh --srh-segs-left-lt 3 ! --srh-last-entry-gt 1 --srh-hdr-len-lt 255 ! --srh-next-hdr 0")]
    [InlineData("-m ipv6header --header hop,frag --soft")]
    [InlineData("-m srh --srh-next-hdr 6 --srh-segs-left-gt 1 --srh-tag 7 --srh-psid ::1 --srh-nsid ::2/64 ! --srh-lsid ::3/ffff::ffff")]
    [InlineData("-p mh -m mh --mh-type 1:3")]
    public void The_verifier_is_done_soon(string rule) => Check(Family.IPv6, $"-6 -A INPUT {rule} -j DROP");

    /// <summary>Nearly every list asks for states, and each of its six programs tracks connections.</summary>
    [Theory]
    [InlineData(Family.IPv4)]
    [InlineData(Family.IPv6)]
    public void The_verifier_is_done_soon_with_states(Family family) => Check(family, "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");

    private void Check(Family family, string rules)
    {
        using var maps = new ProgramMaps();
        maps.AddConnections();
        using var programs = new LoadedPrograms(RuleReading.Read(rules), new LoadOptions(PrologueKind.Netfilter, CompilationWay.Straight), maps);
        uint verified = programs.Of(family, Hook.LocalIn).Info().VerifiedInstructions;
        output.WriteLine($"{verified}: {rules}");
        Assert.InRange(verified, 1u, Most);
    }
}
