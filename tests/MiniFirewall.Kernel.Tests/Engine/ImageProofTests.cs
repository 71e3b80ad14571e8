using System.Collections.Concurrent;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Lowering;
using MiniFirewall.Rules.Model;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Engine;

/// <summary>An apply that is to prove its classifier images does so before anything changes.</summary>
public sealed class ImageProofTests : IDisposable
{
    /// <summary>Long enough for the classifier.</summary>
    private static readonly string Long = string.Concat(Enumerable.Range(1, 60).Select(i => $"iptables -A INPUT -p tcp -s 10.0.{i}.0/24 --dport {i} -j DROP\n"));

    private readonly TestNamespace _namespace = new();

    public void Dispose() => _namespace.Dispose();

    [Fact]
    public void What_is_proved_is_told_by_family()
    {
        ConcurrentDictionary<Family, ImageProof> proofs = [];
        _namespace.Run(() => _namespace.Open().Apply(Rules.Parse(Long), new ApplyOptions { OnProof = proof => proofs[proof.Family] = proof }));

        Assert.Equal((1, 60), (proofs[Family.IPv4].Chains, proofs[Family.IPv4].Statements));
        Assert.False(proofs[Family.IPv6].HasImage);
        Assert.NotNull(_namespace.Read());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_corrupt_image_is_not_put_in_force(bool checkOnly)
    {
        _namespace.Apply(Rules.First);
        UnprovedImageException unproved = Assert.Throws<UnprovedImageException>(() => _namespace.Run(() =>
            _namespace.Open(new EngineParts { Programs = Corrupt }).Apply(
                Rules.Parse(Long), new ApplyOptions { CheckOnly = checkOnly, OnProof = _ => { } })));

        Assert.Contains(unproved.Findings, finding => finding.Contains("-A INPUT -s 10.0.", StringComparison.Ordinal));
        Assert.Equal(Rules.DroppedByFirst, _namespace.Run(Rules.Dropped));
    }

    /// <summary>The first entry's source prefix is one bit shorter.</summary>
    private static CompiledPrograms Corrupt(RuleSet rules, Family family, ICounterIndexes counters, CompileOptions options)
    {
        CompiledPrograms compiled = CompiledRules.Compile(rules, family, counters, options);
        if (compiled.Image is { } image)
        {
            int entry = image.Layout.Entries;
            while (image.Bytes[entry + ImageFormat.V4Action] == ImageFormat.ActionDead)
            {
                entry += ImageFormat.EntrySize(isV6: false);
            }

            image.Bytes[entry + ImageFormat.V4SourceShift]++;
        }

        return compiled;
    }
}
