using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Finds the entry of a packet's addresses in its bucket (<see cref="RateLayout"/>), or makes one in place of the one that expires
/// first, and counts the packet, all under the bucket's lock.
/// </summary>
internal sealed class RateWithinEmitter(RateWithin question, QuestionFunction function)
{
    private const Register Bucket = Register.R9, Entry = Register.R6, Least = Register.R7, Answer = Register.R7, Now = Register.R1, Length = Register.R8;

    private const int MostKeyParts = 5;

    private const int Key = QuestionFunction.StackTop - (8 * MostKeyParts), Time = Key - 8, Index = Time - 8;

    private const int PortsPart = 4;

    private readonly Assembler _code = function.Code;
    private readonly RateSettings _settings = question.Settings;

    private int KeyParts => _settings.ByPorts ? MostKeyParts : PortsPart;

    internal static void Emit(RateWithin question, QuestionFunction function) => new RateWithinEmitter(question, function).Emit();

    private void Emit()
    {
        Label found = _code.DefineLabel("found"), charge = _code.DefineLabel("charge");
        EmitKey();
        EmitNow();
        _code.Load(MemorySize.Word, Length, QuestionFunction.Key, PacketKey.PacketLength);
        EmitBucket();
        _code.Move(Register.R1, Bucket);
        _code.Call(Helper.SpinLock);
        _code.Load(MemorySize.DoubleWord, Now, Register.R10, Time);
        EmitSearch(found);
        EmitNew();
        _code.Jump(charge);
        _code.Mark(found);
        EmitGrowth();
        _code.Mark(charge);
        EmitExpiry();
        EmitCharge();
        _code.Move(Register.R1, Bucket);
        _code.Call(Helper.SpinUnlock);
        _code.Jump(JumpCondition.NotEqual, Answer, 0, function.Yes);
        _code.Jump(function.No);
    }

    private void EmitKey()
    {
        EmitAddress(Key, PacketKey.SourceHigh, PacketKey.SourceLow, _settings.SourcePrefix);
        EmitAddress(Key + 16, PacketKey.DestinationHigh, PacketKey.DestinationLow, _settings.DestinationPrefix);
        if (_settings.ByPorts)
        {
            EmitPorts();
        }
    }

    /// <summary>The packet has its ports: without them it would have been dropped.</summary>
    private void EmitPorts()
    {
        const int Ports = Key + (8 * PortsPart);
        FirstPortsEmitter.EmitRead(function, Ports, function.No);
        if (!_settings.BySourcePort)
        {
            _code.StoreImmediate(MemorySize.Half, Register.R10, Ports, 0);
        }

        if (!_settings.ByDestinationPort)
        {
            _code.StoreImmediate(MemorySize.Half, Register.R10, Ports + 2, 0);
        }
    }

    /// <summary>Where a part of the key stands in an entry.</summary>
    private static int PartAt(int part) => part == PortsPart ? RateLayout.Ports : RateLayout.Key + (8 * part);

    private void EmitAddress(int to, int high, int low, int prefix)
    {
        bool isShort = function.Family == Family.IPv4;
        UInt128 mask = prefix == 0 ? 0 : UInt128.MaxValue << ((isShort ? 32 : 128) - prefix);
        EmitHalf(to, high, isShort ? 0 : (ulong)(mask >> 64), MemorySize.DoubleWord);
        EmitHalf(to + 8, low, isShort ? (uint)mask : (ulong)mask, isShort ? MemorySize.Word : MemorySize.DoubleWord);
    }

    private void EmitHalf(int to, int from, ulong mask, MemorySize size)
    {
        _code.LoadConstant(Register.R1, mask);
        if (mask != 0)
        {
            _code.Load(size, Register.R2, QuestionFunction.Key, from);
            _code.Alu(AluOperation.And, Register.R1, Register.R2);
        }

        _code.Store(MemorySize.DoubleWord, Register.R10, to, Register.R1);
    }

    private void EmitNow()
    {
        if (function.IsTest)
        {
            function.LoadTest(MemorySize.DoubleWord, Register.R0, TestInputLayout.Jiffies);
        }
        else
        {
            _code.Call(Helper.Jiffies64);
        }

        _code.Store(MemorySize.DoubleWord, Register.R10, Time, Register.R0);
    }

    private void EmitBucket()
    {
        const ulong Mix = 0x9e3779b97f4a7c15;
        _code.StoreImmediate(MemorySize.Word, Register.R10, Index, 0);
        EmitFind();
        _code.Load(MemorySize.Word, Register.R1, Register.R0, RateLayout.Seed);
        _code.LoadConstant(Register.R3, Mix);
        for (int part = 0; part < KeyParts; part++)
        {
            _code.Load(MemorySize.DoubleWord, Register.R2, Register.R10, Key + (8 * part));
            _code.Alu(AluOperation.Xor, Register.R1, Register.R2);
            _code.Alu(AluOperation.Multiply, Register.R1, Register.R3);
            _code.Move(Register.R2, Register.R1);
            _code.Alu(AluOperation.ShiftRight, Register.R2, 29);
            _code.Alu(AluOperation.Xor, Register.R1, Register.R2);
        }

        _code.Alu(AluOperation.And, Register.R1, RateLayout.BucketsFor(question.Most) - 1);
        _code.Store(MemorySize.Word, Register.R10, Index, Register.R1);
        EmitFind();
        _code.Move(Bucket, Register.R0);
    }

    private void EmitFind()
    {
        _code.LoadMap(Register.R1, RateLayout.MapOf(question));
        function.EmitStackAddress(Register.R2, Index);
        _code.Call(Helper.MapLookupElement);
        _code.Jump(JumpCondition.Equal, Register.R0, 0, function.No);
    }

    /// <summary>Goes on behind this with the entry that is to be made anew.</summary>
    private void EmitSearch(Label found)
    {
        Label isKnown = _code.DefineLabel("known"), isNew = _code.DefineLabel("new");
        for (int number = 0; number < RateLayout.EntriesPerBucket; number++)
        {
            EmitCompare(RateLayout.Entries + (RateLayout.EntrySizeOf(_settings) * number), isFirst: number == 0, isKnown);
        }

        _code.Jump(isNew);
        _code.Mark(isKnown);
        _code.Load(MemorySize.DoubleWord, Register.R2, Entry, RateLayout.Expires);
        _code.Alu(AluOperation.Subtract, Register.R2, Now);
        _code.Jump(JumpCondition.SignedGreater, Register.R2, 0, found);
        _code.Mark(isNew);
    }

    private void EmitCompare(int at, bool isFirst, Label isKnown)
    {
        Label isOther = _code.DefineLabel("other"), isLater = _code.DefineLabel("later");
        _code.Load(MemorySize.DoubleWord, Register.R2, Bucket, at + RateLayout.Expires);
        _code.Jump(JumpCondition.Equal, Register.R2, 0, isOther);
        for (int part = 0; part < KeyParts; part++)
        {
            _code.Load(MemorySize.DoubleWord, Register.R3, Bucket, at + PartAt(part));
            _code.Load(MemorySize.DoubleWord, Register.R4, Register.R10, Key + (8 * part));
            _code.Jump(JumpCondition.NotEqual, Register.R3, Register.R4, isOther);
        }

        EmitChoose(at);
        _code.Jump(isKnown);
        _code.Mark(isOther);
        _code.Alu(AluOperation.Subtract, Register.R2, Now);
        if (!isFirst)
        {
            _code.Jump(JumpCondition.SignedGreaterOrEqual, Register.R2, Least, isLater);
        }

        EmitChoose(at);
        _code.Move(Least, Register.R2);
        _code.Mark(isLater);
    }

    private void EmitChoose(int at)
    {
        _code.Move(Entry, Bucket);
        _code.Alu(AluOperation.Add, Entry, at);
    }

    private void EmitNew()
    {
        for (int part = 0; part < KeyParts; part++)
        {
            _code.Load(MemorySize.DoubleWord, Register.R2, Register.R10, Key + (8 * part));
            _code.Store(MemorySize.DoubleWord, Entry, PartAt(part), Register.R2);
        }

        _code.Store(MemorySize.DoubleWord, Entry, RateLayout.Last, Now);
        _code.LoadConstant(Register.R2, _settings.Measures ? 0 : _settings.Cap(question.Hertz));
        _code.Store(MemorySize.DoubleWord, Entry, RateLayout.Credit, Register.R2);
        _code.LoadConstant(Register.R2, _settings.Measures ? 0 : _settings.Burst);
        _code.Store(MemorySize.DoubleWord, Entry, RateLayout.Refills, Register.R2);
    }

    /// <summary>Brings an entry up to date (rateinfo_recalc).</summary>
    private void EmitGrowth()
    {
        const Register Passed = Register.R2;
        Label done = _code.DefineLabel("up to date");
        _code.Load(MemorySize.DoubleWord, Register.R3, Entry, RateLayout.Last);
        _code.Move(Passed, Now);
        _code.Alu(AluOperation.Subtract, Passed, Register.R3);
        _code.Jump(JumpCondition.Equal, Passed, 0, done);
        if (_settings.Measures)
        {
            EmitNextInterval(Passed, done);
        }
        else
        {
            EmitCredit(Passed);
        }

        _code.Mark(done);
    }

    private void EmitNextInterval(Register passed, Label done)
    {
        Label isAbove = _code.DefineLabel("above");
        _code.LoadConstant(Register.R3, _settings.IntervalTicks(question.Hertz));
        _code.Jump(JumpCondition.Less, passed, Register.R3, done);
        _code.Store(MemorySize.DoubleWord, Entry, RateLayout.Last, Now);
        _code.Load(MemorySize.DoubleWord, Register.R4, Entry, RateLayout.Credit);
        _code.Alu(AluOperation.Multiply, Register.R4, Register.R3);
        _code.LoadConstant(Register.R3, _settings.Rate);
        _code.Alu(AluOperation.Multiply, passed, Register.R3);
        _code.Move(Register.R5, 1);
        _code.Jump(JumpCondition.Greater, Register.R4, passed, isAbove);
        _code.Move(Register.R5, 0);
        _code.Mark(isAbove);
        _code.Store(MemorySize.DoubleWord, Entry, RateLayout.Refills, Register.R5);
        _code.StoreImmediate(MemorySize.DoubleWord, Entry, RateLayout.Credit, 0);
    }

    private void EmitCredit(Register passed)
    {
        Label isFull = _code.DefineLabel("full"), isLess = _code.DefineLabel("less");
        _code.Store(MemorySize.DoubleWord, Entry, RateLayout.Last, Now);
        _code.LoadConstant(Register.R3, _settings.CreditPerTick(question.Hertz));
        _code.Alu(AluOperation.Multiply, passed, Register.R3);
        _code.Load(MemorySize.DoubleWord, Register.R4, Entry, RateLayout.Credit);
        _code.Alu(AluOperation.Add, passed, Register.R4);
        _code.LoadConstant(Register.R5, _settings.Cap(question.Hertz));
        if (_settings.CountsBytes)
        {
            _code.Jump(JumpCondition.LessOrEqual, passed, Register.R4, isFull);
        }

        _code.Jump(JumpCondition.LessOrEqual, passed, Register.R5, isLess);
        _code.Mark(isFull);
        _code.Move(passed, Register.R5);
        _code.Mark(isLess);
        _code.Store(MemorySize.DoubleWord, Entry, RateLayout.Credit, passed);
    }

    private void EmitExpiry()
    {
        _code.LoadConstant(Register.R2, _settings.ExpireTicks(question.Hertz));
        _code.Alu(AluOperation.Add, Now, Register.R2);
        _code.Store(MemorySize.DoubleWord, Entry, RateLayout.Expires, Now);
    }

    /// <summary>answer = whether the packet is within the rate.</summary>
    private void EmitCharge()
    {
        if (_settings.Measures)
        {
            EmitMeasured();
        }
        else
        {
            EmitPayment();
        }
    }

    private void EmitMeasured()
    {
        Label done = _code.DefineLabel("measured");
        _code.Load(MemorySize.DoubleWord, Register.R2, Entry, RateLayout.Credit);
        if (_settings.CountsBytes)
        {
            _code.Alu(AluOperation.Add, Register.R2, Length);
        }
        else
        {
            _code.Alu(AluOperation.Add, Register.R2, 1);
        }

        _code.Store(MemorySize.DoubleWord, Entry, RateLayout.Credit, Register.R2);
        _code.Move(Answer, 0);
        _code.Load(MemorySize.DoubleWord, Register.R3, Entry, RateLayout.Refills);
        _code.Jump(JumpCondition.NotEqual, Register.R3, 0, done);
        _code.LoadConstant(Register.R3, _settings.MostMeasured);
        _code.Jump(JumpCondition.Greater, Register.R2, Register.R3, done);
        _code.Move(Answer, 1);
        _code.Mark(done);
    }

    private void EmitPayment()
    {
        const Register Cost = Register.R2, Credit = Register.R3;
        Label done = _code.DefineLabel("paid");
        _code.LoadConstant(Cost, _settings.Cost(question.Hertz));
        _code.Load(MemorySize.DoubleWord, Credit, Entry, RateLayout.Credit);
        if (_settings.CountsBytes)
        {
            EmitByteCost(Cost, Credit);
        }

        _code.Move(Answer, 0);
        _code.Jump(JumpCondition.Less, Credit, Cost, done);
        _code.Alu(AluOperation.Subtract, Credit, Cost);
        _code.Move(Answer, 1);
        _code.Mark(done);
        _code.Store(MemorySize.DoubleWord, Entry, RateLayout.Credit, Credit);
    }

    /// <summary>hashlimit_byte_cost.</summary>
    private void EmitByteCost(Register cost, Register credit)
    {
        Label isUsual = _code.DefineLabel("usual"), isEnough = _code.DefineLabel("enough");
        _code.Alu(AluOperation.ShiftRight, Length, RateSettings.ChunkShift);
        _code.Alu(AluOperation.Add, Length, 1);
        _code.Alu(AluOperation.Multiply, cost, Length);
        _code.LoadConstant(Register.R4, _settings.Cap(question.Hertz));
        _code.Jump(JumpCondition.LessOrEqual, cost, Register.R4, isUsual);
        _code.Move(cost, Register.R4);
        _code.Mark(isUsual);
        _code.Jump(JumpCondition.GreaterOrEqual, credit, cost, isEnough);
        _code.Load(MemorySize.DoubleWord, Register.R5, Entry, RateLayout.Refills);
        _code.Jump(JumpCondition.Equal, Register.R5, 0, isEnough);
        _code.Alu(AluOperation.Subtract, Register.R5, 1);
        _code.Store(MemorySize.DoubleWord, Entry, RateLayout.Refills, Register.R5);
        _code.Move(credit, Register.R4);
        _code.Mark(isEnough);
    }
}
