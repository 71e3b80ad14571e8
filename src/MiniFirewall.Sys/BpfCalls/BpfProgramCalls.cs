using System.Text;

namespace MiniFirewall.Sys.BpfCalls;

/// <summary>Program commands of bpf(2). <c>about</c> names the object in errors.</summary>
public static unsafe class BpfProgramCalls
{
    private const int EAGAIN = 11;

    // A signal that arrives while the verifier runs ends it with EAGAIN; the runtime sends itself signals.
    private const int MaximumTries = 16;

    private const int FirstLogSize = 256 << 10;
    /// <summary>As many as the kernel takes at one place.</summary>
    private const int MostAttached = 64;

    private const int MaximumLogSize = 64 << 20;

    /// <summary>Loads without a log, which is faster, and once more with one where the kernel refuses.</summary>
    /// <exception cref="ProgramRejectedException">With the verifier's log.</exception>
    public static FileDescriptor Load(ProgramLoadRequest request)
    {
        int result = TryLoad(request, [], 0, out _);
        return result >= 0 ? new(result) : LoadForLog(request);
    }

    /// <summary>Opens a program by its number; null where it has gone. CAP_SYS_ADMIN.</summary>
    public static FileDescriptor? TryOpen(uint id)
    {
        var attributes = new IdAttributes { start_id = id };
        int result = BpfSystemCall.Try(BpfCommand.BPF_PROG_GET_FD_BY_ID, ref attributes);
        return result switch
        {
            >= 0 => new(result),
            -2 => null,
            _ => throw BpfSystemCall.Refusal(BpfCommand.BPF_PROG_GET_FD_BY_ID, -result, $"program {id}"),
        };
    }

    /// <summary>The numbers of the programs that are attached to an interface, the first to run first; none where the kernel has no such place (tcx: 6.6).</summary>
    /// <param name="attachType">Such as BPF_TCX_INGRESS.</param>
    public static uint[] AttachedTo(uint interfaceIndex, uint attachType)
    {
        var ids = new uint[MostAttached];
        fixed (uint* pointer = ids)
        {
            var attributes = new QueryAttributes { target_fd = interfaceIndex, attach_type = attachType, prog_ids = (ulong)pointer, prog_cnt = MostAttached };
            return BpfSystemCall.Try(BpfCommand.BPF_PROG_QUERY, ref attributes) < 0 ? [] : ids[..(int)Math.Min(attributes.prog_cnt, MostAttached)];
        }
    }

    /// <summary>Runs the program on made-up input.</summary>
    /// <param name="context">The program type's context struct as test runs take it; empty for none.</param>
    /// <returns>The program's result and the mean nanoseconds of a run.</returns>
    public static (uint Result, uint Nanoseconds) TestRun(
        FileDescriptor program, ReadOnlySpan<byte> data, ReadOnlySpan<byte> context, int repeat, string about)
    {
        fixed (byte* dataPointer = data, contextPointer = context)
        {
            var attributes = new TestRunAttributes
            {
                prog_fd = program.Number,
                data_in = (ulong)dataPointer,
                data_size_in = (uint)data.Length,
                ctx_in = (ulong)contextPointer,
                ctx_size_in = (uint)context.Length,
                repeat = (uint)repeat,
            };
            BpfSystemCall.Run(BpfCommand.BPF_PROG_TEST_RUN, ref attributes, about);
            GC.KeepAlive(program);
            return (attributes.retval, attributes.duration);
        }
    }

    /// <summary>Makes the program hold the map, as if it named it.</summary>
    public static void BindMap(FileDescriptor program, FileDescriptor map, string about)
    {
        var attributes = new BindMapAttributes { prog_fd = program.Number, map_fd = map.Number };
        BpfSystemCall.Run(BpfCommand.BPF_PROG_BIND_MAP, ref attributes, about);
        GC.KeepAlive(program);
        GC.KeepAlive(map);
    }

    /// <summary>Run times and counts of all programs are kept while the descriptor is open (kernel 5.8).</summary>
    public static FileDescriptor EnableRunTimeStatistics()
    {
        var attributes = new EnableStatsAttributes { type = 0 };
        return new(BpfSystemCall.Run(BpfCommand.BPF_ENABLE_STATS, ref attributes, "run time"));
    }

    /// <summary>Loads BTF of our own.</summary>
    public static FileDescriptor LoadBtf(ReadOnlySpan<byte> btf, string about)
    {
        fixed (byte* pointer = btf)
        {
            var attributes = new BtfLoadAttributes { btf = (ulong)pointer, btf_size = (uint)btf.Length };
            int result = BpfSystemCall.Try(BpfCommand.BPF_BTF_LOAD, ref attributes);
            return result >= 0 ? new(result) : throw BtfRefusal(attributes, -result, about);
        }
    }

    private static FileDescriptor LoadForLog(ProgramLoadRequest request)
    {
        for (int size = FirstLogSize; ; size *= 4)
        {
            var log = new byte[size];
            int result = TryLoad(request, log, 1, out int wanted);
            if (result >= 0)
            {
                return new(result);
            }

            // A kernel that tells no wanted size (before 6.4) says ENOSPC for a log that did not fit.
            bool isWhole = wanted > 0 ? wanted <= size : -result != 28;
            if (isWhole || size >= MaximumLogSize)
            {
                throw new ProgramRejectedException(request.Name, -result, Text(log));
            }
        }
    }

    private static int TryLoad(ProgramLoadRequest request, Span<byte> log, uint level, out int wantedLog)
    {
        FunctionInformation[] functions = [.. request.FunctionTypes.Select(f => new FunctionInformation { insn_off = (uint)f.Slot, type_id = (uint)f.TypeId })];
        byte[] license = Encoding.ASCII.GetBytes(request.License + '\0');
        fixed (byte* instructionsPointer = request.Instructions, licensePointer = license, logPointer = log)
        fixed (FunctionInformation* functionsPointer = functions)
        {
            var attributes = new ProgramLoadAttributes
            {
                prog_type = request.Type,
                expected_attach_type = request.ExpectedAttachType,
                prog_flags = request.Flags,
                insns = (ulong)instructionsPointer,
                insn_cnt = (uint)request.Instructions.Length / 8,
                license = (ulong)licensePointer,
                log_level = level,
                log_size = (uint)log.Length,
                log_buf = (ulong)logPointer,
                prog_btf_fd = request.Btf?.Number ?? 0,
                func_info = (ulong)functionsPointer,
                func_info_cnt = (uint)functions.Length,
                func_info_rec_size = functions.Length == 0 ? 0 : (uint)sizeof(FunctionInformation),
            };
            BpfSystemCall.WriteName(attributes.prog_name, request.Name);
            int result = -EAGAIN;
            for (int i = 0; i < MaximumTries && result == -EAGAIN; i++)
            {
                result = BpfSystemCall.Try(BpfCommand.BPF_PROG_LOAD, ref attributes);
            }

            GC.KeepAlive(request.Btf);
            wantedLog = (int)attributes.log_true_size;
            return result;
        }
    }

    private static SystemCallException BtfRefusal(BtfLoadAttributes attributes, int errno, string about)
    {
        var log = new byte[FirstLogSize];
        fixed (byte* pointer = log)
        {
            attributes.btf_log_buf = (ulong)pointer;
            attributes.btf_log_size = (uint)log.Length;
            attributes.btf_log_level = 1;
            int result = BpfSystemCall.Try(BpfCommand.BPF_BTF_LOAD, ref attributes);
            if (result >= 0)
            {
                new FileDescriptor(result).Dispose();
            }
        }

        string last = Text(log).TrimEnd().Split('\n')[^1];
        return new($"bpf({BpfCommand.BPF_BTF_LOAD}) {about}", errno, last.Length == 0 ? null : $"the kernel says: {last}");
    }

    private static string Text(ReadOnlySpan<byte> log)
    {
        int end = log.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? log : log[..end]);
    }
}
