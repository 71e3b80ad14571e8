using System.Collections.Immutable;
using System.Numerics;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Policy;
using MiniFirewall.Verification.Decoding;
using MiniFirewall.Verification.Meaning;
using MiniFirewall.Verification.Structure;
using MiniFirewall.Verification.Symbolic;

namespace MiniFirewall.Verification;

/// <summary>
/// Proves that a finished classifier image gives every packet the first match of the statement list that it was made from.
/// It knows the image's format and nothing of how images are built. What it cannot decide is a finding: an image that it
/// calls proved gives no packet anything else (<see href="docs/classifier-verification.md"/> has the argument).
/// </summary>
public sealed class ImageVerifier
{
    private readonly ImageBytes _image;
    private readonly Findings _findings = new();
    private readonly Effort _effort;
    private readonly Workbench _bench;
    private readonly EntryTable _entries;
    private readonly View _ordinary, _odd;

    private ImageVerifier(ClassifierImage image, uint epoch)
    {
        _image = new(image.Layout, image.Bytes);
        _effort = new(EffortFor(_image));
        _bench = new(_image);
        _entries = new(_image, epoch, _findings);
        _ordinary = new(_image, isOdd: false);
        _odd = new(_image, isOdd: true);
    }

    /// <summary>Verifies an image. Reads no file, asks no kernel, changes nothing.</summary>
    /// <param name="programs">All packet programs of one family that the image was made of. Blocks of one name are one chain.</param>
    /// <param name="epoch">The epoch at which records are in force or not.</param>
    public static VerificationReport Verify(ImmutableArray<PacketProgram> programs, ClassifierImage image, uint epoch)
    {
        ArgumentNullException.ThrowIfNull(image);
        var findings = new Findings();
        if (!new HeaderCheck(new(image.Layout, image.Bytes), findings).Check(image.Bytes))
        {
            return new(new(0, 0, 0, 0, 0), findings.First, findings.Count);
        }

        var verifier = new ImageVerifier(image, epoch);
        foreach (Finding finding in findings.First)
        {
            verifier._findings.Add(finding.Problem, finding.Where);
        }

        try
        {
            return verifier.Run(programs, image.Chains);
        }
        catch (TooComplexException)
        {
            verifier._findings.Add("not proved: its trees ask for conditions that are too complex to compare", "");
            return new(new(0, 0, 0, 0, 0), verifier._findings.First, verifier._findings.Count);
        }
    }

    /// <summary>A generous multiple of what there is to look at.</summary>
    private static long EffortFor(ImageBytes image) => 10_000_000 + (2_000L * (image.Capacity.Entries + image.Capacity.Refs + image.Capacity.Nodes));

    private VerificationReport Run(ImmutableArray<PacketProgram> programs, ImmutableDictionary<string, int> chainNumbers)
    {
        Dictionary<string, ChainStatements> statements = ChainStatements.Of(programs, _findings);
        ChainTable chains = ChainTable.Read(_image, chainNumbers, statements.Keys, _findings);
        CheckTuples(chains);
        var filters = new Filters(_image, _findings);
        SlotContents ordinary = Walk(_ordinary), odd = Walk(_odd);
        if (_findings.Count > 0)
        {
            // What follows relies on bounds, ends and orders.
            return Report(0, chains, null, null);
        }

        var ordinaryCheck = new ViewCheck(_image, _ordinary, _entries, chains, filters, ordinary, _bench, _effort);
        var oddCheck = new ViewCheck(_image, _odd, _entries, chains, null, odd, _bench, _effort);
        ordinaryCheck.Check();
        oddCheck.Check();
        var checks = new StatementCheck(_image, _entries, chainNumbers, _bench, _findings, [(_ordinary, ordinaryCheck), (_odd, oddCheck)]);
        var entries = new StatementEntries(_entries, chains);
        foreach (ChainRow row in chains.Rows)
        {
            new ChainAlignment(entries, checks, _findings).Check(statements[row.Name], row);
        }

        if (_effort.IsSpent)
        {
            _findings.Add("not proved: its parts are shared so often that it would take too long", "");
        }

        return Report(checks.Proved, chains, ordinaryCheck, oddCheck, entries.Count);
    }

    private SlotContents Walk(View view)
    {
        var walk = new SlotWalk(_image, view, _entries, _findings, _effort);
        walk.Walk();
        return walk.Contents;
    }

    /// <summary>Of the tuples that chains ask: no bits that the family has no fields for; no ports in the odd view, whose keys have none.</summary>
    private void CheckTuples(ChainTable chains)
    {
        foreach (View view in (ReadOnlySpan<View>)[_ordinary, _odd])
        {
            ulong used = UsedTuples(view, chains);
            while (used != 0)
            {
                int number = View.NextBit(ref used);
                ref readonly ImageTuple tuple = ref view.TupleOf(number);
                if (!tuple.IsCanonical(_image.IsV6) || (view.IsOdd && tuple.Ports != 0))
                {
                    _findings.Add("a tuple's masks have bits beyond the view's fields", $"{view.Name}, tuple {number}");
                }
            }
        }
    }

    private static ulong UsedTuples(View view, ChainTable chains)
    {
        ulong used = 0;
        foreach (ChainRow row in chains.Rows)
        {
            used |= row.TuplesOf(view);
        }

        return used;
    }

    private VerificationReport Report(int proved, ChainTable chains, ViewCheck? ordinary, ViewCheck? odd, int entries = 0)
    {
        int tuples = BitOperations.PopCount(UsedTuples(_ordinary, chains)) + BitOperations.PopCount(UsedTuples(_odd, chains));
        long regions = (ordinary?.Regions ?? 0) + (odd?.Regions ?? 0);
        return new(new(chains.Rows.Length, proved, entries, tuples, regions), _findings.First, _findings.Count);
    }
}
