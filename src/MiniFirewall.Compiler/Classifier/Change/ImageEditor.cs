using MiniFirewall.Compiler.Classifier.Build;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Classifier.Change;

/// <summary>
/// Changes single statements of an image while programs read it. What is written is for the next epoch: no packet sees
/// anything of it until the epoch is written, which is the caller's, and commits all changes together. One writer at a time,
/// which calls <see cref="Abandon"/> before its first change. x86-64 order of stores.
/// </summary>
public sealed class ImageEditor
{
    /// <summary>How many orders a chain has that comes later.</summary>
    private const uint OrdersOfNewChain = 1 << 20;

    /// <summary>Nobody's place.</summary>
    private const int NoAsker = int.MinValue;

    private readonly ImageMemory _image;
    private readonly SpareRoom _room;
    private readonly EntryAccess _entries;
    private readonly ProgramStore _programs;
    private readonly ViewEdit _ordinary, _odd;
    private readonly FilterEdit _filters;
    private readonly uint _epoch;

    private ImageEditor(ImageMemory image, uint epoch)
    {
        _image = image;
        _epoch = epoch;
        _room = new(image);
        _entries = new(image, _room);
        _programs = new(image, _room);
        _filters = new(image);
        Abilities = ProgramAbilities.Read(image.At(image.Layout.Changes, ChangeFormat.Size));
        _ordinary = new(image, _room, _entries, isOdd: false, epoch);
        _odd = new(image, _room, _entries, isOdd: true, epoch);
    }

    /// <param name="image">The image's bytes, in memory that is shared with the programs.</param>
    /// <param name="epoch">The epoch that changes will be in force from: one more than the epoch in force.</param>
    /// <exception cref="FormatException">It is no image of this version.</exception>
    public static ImageEditor Open(Memory<byte> image, uint epoch) => new(new ImageMemory(image), epoch);

    /// <summary>Where the image's sections stand.</summary>
    public ImageLayout Layout => _image.Layout;

    /// <summary>What the programs over the image can do.</summary>
    internal ProgramAbilities Abilities { get; private set; }

    /// <summary>From here on the programs are taken for such as can do this.</summary>
    internal void Foresee(ProgramAbilities abilities) => Abilities = abilities;

    internal void WriteAbilities() => Abilities.Write(_image.At(Layout.Changes, ChangeFormat.Size));

    /// <summary>As <see cref="Image.ChangeFormat.CountSlots"/>.</summary>
    public int CountSlots => Abilities.CountSlots;

    /// <summary>Whether the programs can do what the statement asks for (see <see cref="WiderPrograms"/>).</summary>
    public bool Suffices(Statement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return Abilities.Suffice(statement);
    }

    /// <summary>Whether all packets that come to the chain come to it in the image, so that a change of it changes all.</summary>
    public bool IsImageOnly(string chain) => Abilities.IsImageOnly(chain);

    /// <summary>The number of a chain; null where the image does not have it, so that no packet comes to it.</summary>
    public int? FindChain(string name)
    {
        ulong hash = NameHash.Of(name);
        int found = -1;
        for (int number = 0; number < _room.UsedChains; number++)
        {
            if (_image.U64(ChainAt(number) + ImageFormat.ChainNameHash) == hash)
            {
                found = number;
            }
        }

        return found < 0 ? null : found;
    }

    /// <summary>
    /// Makes room for a chain that no packet comes to yet: an empty one, whose rules the caller puts in, before or with the first that
    /// goes to it. Null where there is no room.
    /// </summary>
    /// <param name="name">No chain's that the image has.</param>
    public int? TryAddChain(string name)
    {
        uint first = 1;
        for (int chain = 0; chain < _room.UsedChains; chain++)
        {
            first = Math.Max(first, _image.U32(ChainAt(chain) + ImageFormat.ChainEnd));
        }

        if (first > uint.MaxValue - OrdersOfNewChain || _room.TryTakeChain() is not { } number)
        {
            return null;
        }

        int at = ChainAt(number);
        _image.Publish64(at + ImageFormat.ChainSalt, ViewBuilder.SaltOfChain(number));
        _image.Publish32(at + ImageFormat.ChainFirst, first);
        _image.Publish32(at + ImageFormat.ChainEnd, first + OrdersOfNewChain);
        _image.Publish32(at + ImageFormat.ChainFrom, _epoch);
        _image.Publish64(at + ImageFormat.ChainNameHash, NameHash.Of(name));
        return number;
    }

    /// <summary>
    /// A number that tells a statement that counts connections from the others; null where the programs have no room for so many
    /// connections, or count none.
    /// </summary>
    /// <param name="slots">As <see cref="MiniFirewall.Policy.Questions.ConnectionsAbove.Slots"/> for its limit.</param>
    public (int Number, int Slots)? TakeCount(int slots) => slots <= Abilities.CountSlots ? (_room.TakeCount(), Abilities.CountSlots) : null;

    /// <summary>A number for the memory of a question that begins; what it remembers at first is the caller's to write. There may be none of it in the map.</summary>
    public int TakeCell() => _room.TakeCell();

    /// <summary>Takes away what a writer that was killed has left: statements and chains that were to begin, and ends that were to come.</summary>
    public void Abandon()
    {
        for (int chain = 0; chain < _room.UsedChains; chain++)
        {
            if (_image.U32(ChainAt(chain) + ImageFormat.ChainFrom) >= _epoch)
            {
                _image.Publish64(ChainAt(chain) + ImageFormat.ChainNameHash, 0);
            }
        }

        int used = _room.UsedRecords;
        for (int record = 1; record < used; record++)
        {
            int at = _entries.RecordAt(record);
            uint from = _image.U32(at + ImageFormat.RecordFrom), until = _image.U32(at + ImageFormat.RecordUntil);
            if (from >= _epoch && until != 0)
            {
                _image.Publish32(at + ImageFormat.RecordUntil, 0);
            }
            else if (until >= _epoch && until != ImageFormat.Forever)
            {
                _image.Publish32(at + ImageFormat.RecordUntil, ImageFormat.Forever);
            }
        }
    }

    /// <summary>Whether the programs over the image track connections.</summary>
    public bool Tracks => Abilities.Tracks;

    /// <summary>As <see cref="PacketProgram.ChangesMarks"/> of the programs that the image was made of.</summary>
    public bool ChangesMarks => Abilities.ChangesMarks;

    /// <summary>
    /// Puts a statement between two others of its chain. False where there is no room for it, or where it asks for what the
    /// programs do not do; then the image is as it was for every packet, before and after the epoch, once <see cref="Abandon"/> has run.
    /// </summary>
    /// <param name="statement">One that leads to another chain has the chain's number here for its block.</param>
    /// <param name="before">The counter of the statement before it, of those that the change leaves in force; 0 where it is to be the first.</param>
    /// <param name="behind">The counter of the statement behind it, likewise; 0 where it is to be the last.</param>
    public bool TryInsert(Statement statement, int chain, int before, int behind)
    {
        ArgumentNullException.ThrowIfNull(statement);
        if (!Abilities.Suffice(statement) || OrderFor(chain, before, behind) is not { } order)
        {
            return false;
        }

        StatementForm form = new StatementReader(_image.Family).Read(statement);
        if (AddRecord(statement, form, (order, chain)) is not { } record)
        {
            return false;
        }

        var entry = new EntryForm
        {
            Order = order,
            Action = (uint)record.Index << 2,
            Chain = chain,
            Shape = record.Shape,
            IsOrdinary = form.IsOrdinary,
            HasProtocol = form.Protocol is not null,
            Protocol = form.Protocol ?? 0,
        };
        return form.Alternatives(entry).All(TryAdd);
    }

    /// <summary>Ends the statement of a counter. False where there is no such statement in force, or no room.</summary>
    public bool TryEnd(int counter)
    {
        List<int> members = _entries.WithCounters((uint)counter, (uint)counter, _epoch - 1);
        if (members.Count == 0 || !_room.Has(records: 1))
        {
            return false;
        }

        int? ended = null;
        foreach (int entry in members)
        {
            uint action = _entries.ActionOf(entry);
            if ((action & 3) == ImageFormat.ActionRecord)
            {
                _image.Publish32(_entries.RecordAt((int)(action >> 2)) + ImageFormat.RecordUntil, _epoch);
            }
            else
            {
                ended ??= AddEnd(entry, action);
                _entries.SetAction(entry, (uint)ended.Value << 2);
            }
        }

        return members.TrueForAll(TryUncover);
    }

    /// <summary>Says of each question that programs ask where a rule is kept that asks it.</summary>
    /// <param name="place">Where the rule of a counter is, in the caller's words; null where it is not kept.</param>
    public static void SetAskers(ClassifierImage image, Func<int, int?> place)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(place);
        Span<byte> changes = image.Bytes.AsSpan(image.Layout.Changes, ChangeFormat.Size);
        ProgramAbilities abilities = ProgramAbilities.Read(changes);
        (abilities with { Askers = [.. abilities.Askers.Select(counter => place(counter) ?? NoAsker)] }).Write(changes);
    }

    private int ChainAt(int chain) => _image.Layout.Chains + (chain * ImageFormat.ChainSize);

    private uint? OrderFor(int chain, int before, int behind)
    {
        uint? low = null, high = null;
        foreach (int entry in _entries.WithCounters((uint)before, (uint)behind, _epoch))
        {
            if (_entries.CounterOf(entry) == before)
            {
                low = Math.Max(low ?? 0, _entries.OrderOf(entry));
            }
            else
            {
                high = Math.Min(high ?? uint.MaxValue, _entries.OrderOf(entry));
            }
        }

        if ((before != 0 && low is null) || (behind != 0 && high is null))
        {
            return null;
        }

        uint first = _image.U32(ChainAt(chain) + ImageFormat.ChainFirst), end = _image.U32(ChainAt(chain) + ImageFormat.ChainEnd);
        List<uint> used = [.. _entries.Between(low ?? first, high ?? end).Select(_entries.OrderOf)];
        return OrderGap.Choose(low, high, first, end, used);
    }

    private (int Index, ushort Shape)? AddRecord(Statement statement, StatementForm form, (uint Order, int Chain) own)
    {
        int? full = _programs.Add(OpProgram.OfSteps(_image.Family, form.Full));
        int? residual = form.Residual.Count == 0 ? 0 : _programs.Add(OpProgram.OfConditions(_image.Family, form.Residual));
        int? late = statement.Late is { IsEmpty: false } steps ? _programs.Add(OpProgram.OfLate(_image.Family, steps, Abilities.Questions)) : 0;
        if (full is null || residual is null || late is null || !_room.Has(records: 1))
        {
            return null;
        }

        int record = _room.TakeRecords(1);
        Span<byte> at = _image.At(_entries.RecordAt(record), ImageFormat.RecordSize);
        RecordWriter.Write(at, statement, _epoch, residual.Value, full.Value, late.Value, block => block, own);
        return (record, _programs.ShapeOf(full.Value));
    }

    /// <summary>A record that says of a plain entry what the entry says, and its end.</summary>
    private int AddEnd(int entry, uint action)
    {
        int record = _room.TakeRecords(1);
        int full = (int)_image.U32(_image.Layout.Shapes + (_entries.ShapeOf(entry) * 4));
        Span<byte> at = _image.At(_entries.RecordAt(record), ImageFormat.RecordSize);
        RecordWriter.Write(at, 0, _epoch, 0, action, RecordKind.Decide, emits: false, 0, full, (_entries.OrderOf(entry), ChainOf(entry).Number));
        return record;
    }

    private bool TryAdd(EntryForm entry)
    {
        int chain = ChainAt(entry.Chain), index = _room.UsedEntries;
        ulong salt = _image.U64(chain + ImageFormat.ChainSalt);
        if (_odd.Plan(entry, index, salt) is not { } odd || !_room.Has(entries: 1, refs: odd.Refs, nodes: odd.Nodes))
        {
            return false;
        }

        ViewPlan? ordinary = entry.IsOrdinary ? _ordinary.Plan(entry, index, salt) : null;
        if ((entry.IsOrdinary && ordinary is null) || !_room.Has(1, odd.Refs + (ordinary?.Refs ?? 0), odd.Nodes + (ordinary?.Nodes ?? 0)))
        {
            return false;
        }

        (entry.Tuple, entry.OddTuple) = ((byte)(ordinary?.Tuple ?? 0), (byte)odd.Tuple);
        _room.TakeEntries(1);
        _entries.Write(index, entry);
        _odd.Write(odd, entry.Order);
        _image.SetBits(chain + ImageFormat.ChainOddTuples, 1UL << odd.Tuple);
        if (ordinary is not null)
        {
            _ordinary.Write(ordinary, entry.Order);
            _filters.Allow(entry, ordinary.Tuple);
            _image.SetBits(chain + ImageFormat.ChainTuples, 1UL << ordinary.Tuple);
        }

        return true;
    }

    private bool TryUncover(int entry) => _ordinary.TryUncover(entry, ChainOf(entry)) && _odd.TryUncover(entry, ChainOf(entry));

    private OrderRange ChainOf(int entry)
    {
        uint order = _entries.OrderOf(entry);
        for (int chain = 0; chain < _room.UsedChains; chain++)
        {
            int at = ChainAt(chain);
            uint end = _image.U32(at + ImageFormat.ChainEnd);
            if (order >= _image.U32(at + ImageFormat.ChainFirst) && order < end)
            {
                return new(chain, order, end, _image.U64(at + ImageFormat.ChainSalt));
            }
        }

        throw new FormatException($"an entry of order {order}, which no chain has");
    }
}
