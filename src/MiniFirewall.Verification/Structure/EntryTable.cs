using System.Collections;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Structure;

/// <summary>
/// The entries that references lead to, decoded once each. What lies between them in the section is never read by a packet,
/// and never here.
/// </summary>
internal sealed class EntryTable
{
    private readonly ImageBytes _image;
    private readonly uint _epoch;
    private readonly Findings _findings;
    private readonly EntryDecoder _decoder;
    private readonly Entry[] _entries;
    private readonly BitArray _decoded;

    internal EntryTable(ImageBytes image, uint epoch, Findings findings)
    {
        _image = image;
        _epoch = epoch;
        _findings = findings;
        _decoder = new(image);
        _entries = new Entry[image.Capacity.Entries];
        _decoded = new(image.Capacity.Entries);
    }

    internal int Capacity => _entries.Length;

    internal static string Where(int index) => $"entry {index}";

    internal bool IsLastOfRun(int index) => _decoder.IsLastOfRun(index);

    /// <summary>The entry; the index has been checked.</summary>
    internal ref readonly Entry this[int index]
    {
        get
        {
            if (!_decoded[index])
            {
                _decoded[index] = true;
                Decode(index);
            }

            return ref _entries[index];
        }
    }

    private void Decode(int index)
    {
        string? error = _decoder.Decode(index, out _entries[index]);
        ref Entry entry = ref _entries[index];
        bool isDead = (entry.Action & 3) == ImageFormat.ActionDead;
        entry.IsLive = !isDead && (!entry.HasRecord || IsInForce(index, entry.Record));
        if (error is not null && entry.IsLive)
        {
            _findings.Add(error, Where(index));
        }
    }

    private bool IsInForce(int index, int record)
    {
        if (record >= _image.Capacity.Records)
        {
            _findings.Add($"record {record} of {_image.Capacity.Records}", Where(index));
            return false;
        }

        return Record.Read(_image, record).InForce(_epoch);
    }
}
