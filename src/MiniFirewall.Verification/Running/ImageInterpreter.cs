using System.Collections.Immutable;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Classifier;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Running;

/// <summary>
/// Runs packets through a classifier image in plain C#, step by step as the programs do it: slow, without a kernel. Not for
/// use by several threads at once.
/// </summary>
public sealed class ImageInterpreter
{
    private const int DeepestCall = 1000;

    private readonly ImageBytes _image;
    private readonly View _ordinary, _odd;
    private readonly Oddness _oddness;
    private readonly KnownQuestions _questions;
    private readonly Dictionary<int, ChainRow> _chains;
    private readonly uint _epoch;

    /// <param name="programs">The packet programs that the image was made of: they say which packets are odd.</param>
    /// <param name="epoch">The epoch at which records are in force or not.</param>
    /// <param name="changed">The programs with the statements that have come into the image since, where any has.</param>
    public ImageInterpreter(ImmutableArray<PacketProgram> programs, ClassifierImage image, uint epoch, ImmutableArray<PacketProgram> changed = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        _image = new(image.Layout, image.Bytes);
        _ordinary = new(_image, isOdd: false);
        _odd = new(_image, isOdd: true);
        _oddness = new(programs);
        _questions = new(changed.IsDefault ? programs : programs.AddRange(changed));
        _chains = image.Chains.ToDictionary(chain => chain.Value, chain => ChainRow.Read(_image, chain.Key, chain.Value));
        _epoch = epoch;
    }

    /// <summary>The packet's verdict, and the counters of the statements that it matched, in turn; the default's where it decided.</summary>
    /// <exception cref="BrokenImageException">The image is corrupt.</exception>
    public InterpretedPacket Run(PacketProgram program, Packet packet)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(packet);
        if (!packet.HeaderIsWhole)
        {
            return new(Verdict.Drop, [], []);
        }

        var key = new KeyBytes(packet);
        bool isOdd = _oddness.IsOdd(key, packet.Family);
        var ops = new OpRun(_image, _questions, packet, key);
        var way = new Way(this, new Lookup(_image, isOdd ? _odd : _ordinary, ops, key, _epoch), ops);
        string entry = program.Blocks[program.Entry].Name;
        uint result = way.Walk(_chains.Values.First(chain => chain.Name == entry).Number, 0);
        return way.Finish(result, program);
    }

    /// <summary>One packet's way through the chains.</summary>
    private sealed class Way(ImageInterpreter image, Lookup lookup, OpRun ops)
    {
        private readonly List<int> _counted = [], _events = [];

        internal InterpretedPacket Finish(uint result, PacketProgram program)
        {
            if (result == ResultCode.None)
            {
                _counted.Add(program.DefaultCounter);
                return new(program.Default, _counted, _events);
            }

            if (result != ResultCode.Invalid)
            {
                _counted.Add((int)(result >> 2));
            }

            return new((result & 3) == ResultCode.AcceptCode ? Verdict.Accept : Verdict.Drop, _counted, _events);
        }

        /// <summary>The chain's result; 0 where it ends without one.</summary>
        internal uint Walk(int number, int depth)
        {
            if (depth > DeepestCall || !image._chains.TryGetValue(number, out ChainRow chain))
            {
                throw new BrokenImageException($"chain {number} at depth {depth}");
            }

            for (uint low = chain.First; lookup.Find(chain, low) is { } hit; low = hit.Order + 1)
            {
                if (Follow(hit, depth, out uint result))
                {
                    return result;
                }
            }

            return ResultCode.None;
        }

        /// <summary>False where the chain goes on behind the entry.</summary>
        private bool Follow(in Lookup.Hit hit, int depth, out uint result)
        {
            result = hit.IsInvalid ? ResultCode.Invalid : hit.Entry.Action;
            if (hit.IsInvalid || !hit.Entry.HasRecord)
            {
                return true;
            }

            Record record = Record.Read(image._image, hit.Entry.Record);
            ushort late = record.Late == 0 ? OpFormat.Match : ops.Run(record.Late, hit.Entry);
            if (late != OpFormat.Match)
            {
                result = ResultCode.Invalid;
                return late == OpFormat.Invalid;
            }

            int counter = (int)(record.Result >> 2);
            if (record.Emits != 0)
            {
                _events.Add(counter);
            }

            result = record.Kind == RecordKind.Decide ? record.Result : ResultCode.None;
            if (record.Kind == RecordKind.Decide)
            {
                return true;
            }

            _counted.Add(counter);
            if (record.Kind is RecordKind.Call or RecordKind.TailTo)
            {
                result = Walk((int)record.Chain, depth + 1);
            }

            return record.Kind switch
            {
                RecordKind.Continue => false,
                RecordKind.Call => result != ResultCode.None,
                RecordKind.TailTo or RecordKind.Leave => true,
                _ => throw new BrokenImageException($"a record of kind {(int)record.Kind}"),
            };
        }
    }
}

/// <summary>What became of a packet.</summary>
/// <param name="Counted">Counters added to, in turn.</param>
/// <param name="Events">Counters of the statements that sent an event.</param>
public sealed record InterpretedPacket(Verdict Verdict, IReadOnlyList<int> Counted, IReadOnlyList<int> Events);
