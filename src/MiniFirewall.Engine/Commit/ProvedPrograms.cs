using MiniFirewall.Compiler;
using MiniFirewall.Engine.State.Store;
using MiniFirewall.Packets;
using MiniFirewall.Verification;

namespace MiniFirewall.Engine.Commit;

/// <summary>Programs whose image is proved before anybody loads them.</summary>
internal static class ProvedPrograms
{
    /// <param name="tell">Is told of each family's proof.</param>
    internal static ProgramSource From(ProgramSource source, Action<ImageProof> tell) => (rules, family, counters, options) =>
    {
        CompiledPrograms compiled = source(rules, family, counters, options);
        tell(Prove(compiled, family));
        return compiled;
    };

    /// <exception cref="UnprovedImageException">There is a finding.</exception>
    private static ImageProof Prove(CompiledPrograms compiled, Family family)
    {
        if (compiled.Image is null)
        {
            return new(family, 0, 0, 0, 0);
        }

        VerificationReport report = ImageVerifier.Verify(compiled.Listed, compiled.Image, EpochWord.First);
        VerificationTally tally = report.Tally;
        return report.IsProved
            ? new(family, tally.Chains, tally.Statements, tally.Tuples, tally.Regions)
            : throw new UnprovedImageException(family, report.FindingCount, [.. report.Findings.Select(finding => finding.ToString())]);
    }
}
