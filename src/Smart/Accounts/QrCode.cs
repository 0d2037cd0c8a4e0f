// A QR code (ISO/IEC 18004) of a short text, as SVG: bytes, error correction level M, versions 1 to 10.

using System.Globalization;
using System.Text;
using FhirHub.Html;

namespace FhirHub.Smart;

/// <summary>The dark and light modules of a code.</summary>
internal sealed class QrCode
{
    // Light modules that must surround the code.
    private const int QuietZone = 4;
    private const int LevelM = 0;

    // By version, from 1: error correction bytes of a block, and blocks.
    private static readonly int[] s_correction = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26];
    private static readonly int[] s_blocks = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5];

    private readonly bool[,] _dark;
    private readonly bool[,] _isFunction;

    private QrCode(int version)
    {
        Version = version;
        Size = (4 * version) + 17;
        _dark = new bool[Size, Size];
        _isFunction = new bool[Size, Size];
    }

    /// <summary>The version: 1 to 10.</summary>
    public int Version { get; }

    /// <summary>Modules of a side.</summary>
    public int Size { get; }

    /// <summary>The mask pattern that was chosen.</summary>
    public int Mask { get; private set; }

    /// <summary>Whether a module is dark.</summary>
    public bool this[int x, int y] => _dark[y, x];

    /// <summary>Whether a module is the same for all texts.</summary>
    public bool IsFunction(int x, int y) => _isFunction[y, x];

    /// <summary>The code of a text; null if it is too long (more than 200 bytes).</summary>
    public static QrCode? Of(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var version = 1; version <= s_blocks.Length; version++)
        {
            var bits = 4 + (version < 10 ? 8 : 16) + (8 * bytes.Length);
            if (bits > 8 * DataBytes(version))
                continue;
            var code = new QrCode(version);
            code.DrawFunctions();
            code.DrawData(code.Correct(Encode(bytes, version)));
            code.ChooseMask();
            return code;
        }

        return null;
    }

    /// <summary>Writes the code as an image.</summary>
    public void Write(HtmlWriter html, Label label)
    {
        var path = new StringBuilder();
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++)
            {
                if (this[x, y])
                    path.Append(CultureInfo.InvariantCulture, $"M{x + QuietZone},{y + QuietZone}h1v1h-1z");
            }
        }

        var side = Size + (2 * QuietZone);
        html.Open("svg", ("class", "qr"), ("role", "img"), ("aria-label", label.In(html.Language)), ("viewBox", $"0 0 {side} {side}"), ("shape-rendering", "crispEdges"));

        // Light must be light whatever the colours of the page are, or cameras can't read it.
        html.Empty("path", ("d", $"M0,0h{side}v{side}h-{side}z"), ("fill", "#fff")).Empty("path", ("d", path.ToString()), ("fill", "#000"));
        html.Close();
    }

    /// <summary>Bytes of data and of error correction in a version.</summary>
    internal static int AllBytes(int version)
    {
        var modules = (((16 * version) + 128) * version) + 64;
        if (version >= 2)
        {
            var alignments = (version / 7) + 2;
            modules -= (((25 * alignments) - 10) * alignments) - 55;
            if (version >= 7)
                modules -= 36;
        }

        return modules / 8;
    }

    /// <summary>Error correction bytes of each block, and the number of blocks.</summary>
    internal static (int Correction, int Blocks) BlocksOf(int version) => (s_correction[version - 1], s_blocks[version - 1]);

    private static int DataBytes(int version) => AllBytes(version) - (s_correction[version - 1] * s_blocks[version - 1]);

    private static byte[] Encode(byte[] bytes, int version)
    {
        var bits = new List<bool>();
        Append(0b0100, 4);
        Append(bytes.Length, version < 10 ? 8 : 16);
        foreach (var b in bytes)
            Append(b, 8);
        var capacity = 8 * DataBytes(version);
        Append(0, Math.Min(4, capacity - bits.Count));
        Append(0, (8 - (bits.Count % 8)) % 8);
        for (var pad = 0xEC; bits.Count < capacity; pad ^= 0xEC ^ 0x11)
            Append(pad, 8);
        var data = new byte[bits.Count / 8];
        for (var i = 0; i < bits.Count; i++)
            data[i / 8] |= (byte)((bits[i] ? 1 : 0) << (7 - (i % 8)));
        return data;

        void Append(int value, int count)
        {
            for (var i = count - 1; i >= 0; i--)
                bits.Add(((value >> i) & 1) != 0);
        }
    }

    // Splits the data into blocks, adds to each its error correction, and interleaves them (7.6).
    private byte[] Correct(byte[] data)
    {
        var (correction, count) = BlocksOf(Version);
        var shortBlocks = count - (AllBytes(Version) % count);
        var shortLength = (AllBytes(Version) / count) - correction;
        var divisor = Divisor(correction);
        var blocks = new List<(byte[] Data, byte[] Correction)>();
        var next = 0;
        for (var i = 0; i < count; i++)
        {
            var block = data.AsSpan(next, shortLength + (i < shortBlocks ? 0 : 1)).ToArray();
            next += block.Length;
            blocks.Add((block, Remainder(block, divisor)));
        }

        var all = new List<byte>();
        for (var i = 0; i <= shortLength; i++)
            all.AddRange(blocks.Where(block => i < block.Data.Length).Select(block => block.Data[i]));
        for (var i = 0; i < correction; i++)
            all.AddRange(blocks.Select(block => block.Correction[i]));
        return [.. all];
    }

    private static byte[] Divisor(int degree)
    {
        var result = new byte[degree];
        result[^1] = 1;
        byte root = 1;
        for (var i = 0; i < degree; i++)
        {
            for (var j = 0; j < degree; j++)
                result[j] = (byte)(Multiply(result[j], root) ^ (j + 1 < degree ? result[j + 1] : 0));
            root = Multiply(root, 2);
        }

        return result;
    }

    private static byte[] Remainder(byte[] data, byte[] divisor)
    {
        var result = new byte[divisor.Length];
        foreach (var b in data)
        {
            var factor = (byte)(b ^ result[0]);
            Array.Copy(result, 1, result, 0, result.Length - 1);
            result[^1] = 0;
            for (var i = 0; i < result.Length; i++)
                result[i] ^= Multiply(divisor[i], factor);
        }

        return result;
    }

    private static byte Multiply(byte left, byte right)
    {
        var product = 0;
        for (var i = 7; i >= 0; i--)
        {
            product = (product << 1) ^ ((product >> 7) * 0x11D);
            product ^= ((right >> i) & 1) * left;
        }

        return (byte)product;
    }

    private void DrawFunctions()
    {
        for (var i = 0; i < Size; i++)
        {
            Set(6, i, i % 2 == 0);
            Set(i, 6, i % 2 == 0);
        }

        Finder(3, 3);
        Finder(Size - 4, 3);
        Finder(3, Size - 4);
        var places = Alignments();
        foreach (var x in places)
        {
            foreach (var y in places)
            {
                if ((x, y) != (6, 6) && (x, y) != (6, Size - 7) && (x, y) != (Size - 7, 6))
                    Square(x, y, 2, static distance => distance != 1);
            }
        }

        DrawFormat(0);
        DrawVersion();
    }

    private int[] Alignments()
    {
        if (Version == 1)
            return [];
        var count = (Version / 7) + 2;
        var step = ((Version * 4) + (count * 2) + 1) / ((count * 2) - 2) * 2;
        return [6, .. Enumerable.Range(0, count - 1).Select(i => Size - 7 - (i * step)).Reverse()];
    }

    private void Finder(int x, int y) => Square(x, y, 4, static distance => distance is not 2 and not 4);

    private void Square(int x, int y, int radius, Func<int, bool> isDark)
    {
        for (var dy = -radius; dy <= radius; dy++)
        {
            for (var dx = -radius; dx <= radius; dx++)
            {
                if (x + dx >= 0 && x + dx < Size && y + dy >= 0 && y + dy < Size)
                    Set(x + dx, y + dy, isDark(Math.Max(Math.Abs(dx), Math.Abs(dy))));
            }
        }
    }

    private void DrawFormat(int mask)
    {
        var data = (LevelM << 3) | mask;
        var remainder = data;
        for (var i = 0; i < 10; i++)
            remainder = (remainder << 1) ^ ((remainder >> 9) * 0x537);
        var bits = ((data << 10) | remainder) ^ 0x5412;
        for (var i = 0; i <= 5; i++)
            Set(8, i, Bit(i));
        Set(8, 7, Bit(6));
        Set(8, 8, Bit(7));
        Set(7, 8, Bit(8));
        for (var i = 9; i < 15; i++)
            Set(14 - i, 8, Bit(i));
        for (var i = 0; i < 8; i++)
            Set(Size - 1 - i, 8, Bit(i));
        for (var i = 8; i < 15; i++)
            Set(8, Size - 15 + i, Bit(i));
        Set(8, Size - 8, true);

        bool Bit(int i) => ((bits >> i) & 1) != 0;
    }

    private void DrawVersion()
    {
        if (Version < 7)
            return;
        var remainder = Version;
        for (var i = 0; i < 12; i++)
            remainder = (remainder << 1) ^ ((remainder >> 11) * 0x1F25);
        var bits = (Version << 12) | remainder;
        for (var i = 0; i < 18; i++)
        {
            var isDark = ((bits >> i) & 1) != 0;
            Set(Size - 11 + (i % 3), i / 3, isDark);
            Set(i / 3, Size - 11 + (i % 3), isDark);
        }
    }

    private void Set(int x, int y, bool isDark)
    {
        _dark[y, x] = isDark;
        _isFunction[y, x] = true;
    }

    // In columns of two, from the right, upwards and downwards by turns (7.7.3).
    private void DrawData(byte[] data)
    {
        var i = 0;
        for (var right = Size - 1; right >= 1; right -= 2)
        {
            if (right == 6)
                right = 5;
            for (var step = 0; step < Size; step++)
            {
                for (var j = 0; j < 2; j++)
                {
                    var x = right - j;
                    var y = ((right + 1) & 2) == 0 ? Size - 1 - step : step;
                    if (!_isFunction[y, x] && i < 8 * data.Length)
                    {
                        _dark[y, x] = ((data[i / 8] >> (7 - (i % 8))) & 1) != 0;
                        i++;
                    }
                }
            }
        }
    }

    private void ChooseMask()
    {
        var best = Enumerable.Range(0, 8).MinBy(mask =>
        {
            Apply(mask);
            DrawFormat(mask);
            var penalty = Penalty();
            Apply(mask);
            return penalty;
        });
        Apply(best);
        DrawFormat(best);
        Mask = best;
    }

    /// <summary>Whether a mask turns a module over.</summary>
    internal static bool Turns(int mask, int x, int y) => mask switch
    {
        0 => (x + y) % 2 == 0,
        1 => y % 2 == 0,
        2 => x % 3 == 0,
        3 => (x + y) % 3 == 0,
        4 => ((x / 3) + (y / 2)) % 2 == 0,
        5 => (x * y % 2) + (x * y % 3) == 0,
        6 => ((x * y % 2) + (x * y % 3)) % 2 == 0,
        _ => (((x + y) % 2) + (x * y % 3)) % 2 == 0,
    };

    private void Apply(int mask)
    {
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++)
                _dark[y, x] ^= !_isFunction[y, x] && Turns(mask, x, y);
        }
    }

    // Runs of one colour, squares of one colour, and how far dark is from half (7.8.3); a mask is good by any measure that is near it.
    private int Penalty()
    {
        var penalty = 0;
        var dark = 0;
        for (var a = 0; a < Size; a++)
        {
            var (row, column) = (0, 0);
            for (var b = 0; b < Size; b++)
            {
                dark += _dark[a, b] ? 1 : 0;
                row = b > 0 && _dark[a, b] == _dark[a, b - 1] ? row + 1 : 1;
                column = b > 0 && _dark[b, a] == _dark[b - 1, a] ? column + 1 : 1;
                penalty += (row == 5 ? 3 : row > 5 ? 1 : 0) + (column == 5 ? 3 : column > 5 ? 1 : 0);
                if (a > 0 && b > 0 && _dark[a, b] == _dark[a - 1, b] && _dark[a, b] == _dark[a, b - 1] && _dark[a, b] == _dark[a - 1, b - 1])
                    penalty += 3;
            }
        }

        return penalty + (10 * (Math.Abs((20 * dark) - (10 * Size * Size)) / (Size * Size)));
    }
}
