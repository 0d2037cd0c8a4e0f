// A QR code is read back by the rules of ISO/IEC 18004: format, mask, blocks whose error correction holds, and the text.

using System.Text;

namespace FhirHub.Smart.Tests.Accounts;

public class QrCodeTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(14, 1)]
    [InlineData(15, 2)]
    [InlineData(62, 4)]
    [InlineData(84, 5)]
    [InlineData(106, 6)]
    [InlineData(122, 7)]
    [InlineData(152, 8)]
    [InlineData(180, 9)]
    [InlineData(213, 10)]
    public void A_text_is_read_back(int length, int version)
    {
        var text = string.Concat(Enumerable.Range(0, length).Select(static i => (char)('!' + (i * 7 % 90))));
        var code = QrCode.Of(text)!;
        Assert.Equal(version, code.Version);
        Assert.Equal(text, Read(code));
    }

    [Fact]
    public void A_text_that_is_too_long_has_no_code() => Assert.Null(QrCode.Of(new string('x', 300)));

    [Fact]
    public void What_is_the_same_for_all_codes_stands_where_cameras_look_for_it()
    {
        var code = QrCode.Of("otpauth://totp/FhirHub:admin?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567&issuer=FhirHub")!;
        foreach (var (x, y) in new[] { (0, 0), (code.Size - 7, 0), (0, code.Size - 7) })
        {
            for (var i = 0; i < 7; i++)
                Assert.True(code[x + i, y] && code[x + i, y + 6] && code[x, y + i] && code[x + 6, y + i] && code[x + 3, y + 3]);
            Assert.False(code[x + 1, y + 1]);
        }

        for (var i = 8; i < code.Size - 8; i++)
            Assert.True(code[i, 6] == (i % 2 == 0) && code[6, i] == (i % 2 == 0));
        Assert.True(code[8, code.Size - 8]);

        // Level M and the mask, in both places (8.9): the value for mask 0 is 101010000010010.
        int[] formats = [0x5412, 0x5125, 0x5E7C, 0x5B4B, 0x45F9, 0x40CE, 0x4F97, 0x4AA0];
        var first = Bits(i => i < 6 ? code[8, i] : i < 8 ? code[8, i + 1] : i == 8 ? code[7, 8] : code[14 - i, 8]);
        var second = Bits(i => i < 8 ? code[code.Size - 1 - i, 8] : code[8, code.Size - 15 + i]);
        Assert.Equal(formats[code.Mask], first);
        Assert.Equal(first, second);

        static int Bits(Func<int, bool> bit) => Enumerable.Range(0, 15).Sum(i => bit(i) ? 1 << i : 0);
    }

    private static string Read(QrCode code)
    {
        var bits = new List<bool>();
        for (var right = code.Size - 1; right > 0; right -= right == 8 ? 3 : 2)
        {
            // Every other pair of columns goes upwards, the first one too.
            var pair = (code.Size - 1 - right - (right < 6 ? 1 : 0)) / 2;
            for (var step = 0; step < code.Size; step++)
            {
                var y = pair % 2 == 0 ? code.Size - 1 - step : step;
                for (var x = right; x > right - 2; x--)
                {
                    if (!code.IsFunction(x, y))
                        bits.Add(code[x, y] ^ QrCode.Turns(code.Mask, x, y));
                }
            }
        }

        var bytes = bits.Chunk(8).Where(static eight => eight.Length == 8).Select(static eight => (byte)eight.Aggregate(0, static (sum, bit) => (sum << 1) | (bit ? 1 : 0))).ToArray();
        var (correction, count) = QrCode.BlocksOf(code.Version);
        var all = QrCode.AllBytes(code.Version);
        Assert.Equal(all, bytes.Length);
        var longBlocks = all % count;
        var lengths = Enumerable.Range(0, count).Select(i => (all / count) - correction + (i < count - longBlocks ? 0 : 1)).ToArray();
        var blocks = lengths.Select(static _ => new List<byte>()).ToArray();
        var next = 0;
        for (var i = 0; i < lengths.Max(); i++)
        {
            for (var block = 0; block < count; block++)
            {
                if (i < lengths[block])
                    blocks[block].Add(bytes[next++]);
            }
        }

        var data = blocks.SelectMany(static block => block).ToArray();
        for (var i = 0; i < correction; i++)
        {
            foreach (var block in blocks)
                block.Add(bytes[next++]);
        }

        foreach (var block in blocks)
        {
            for (var power = 0; power < correction; power++)
                Assert.Equal(0, block.Aggregate(0, (sum, b) => Multiply(sum, Power(power)) ^ b));
        }

        var stream = string.Concat(data.Select(static b => Convert.ToString(b, 2).PadLeft(8, '0')));
        Assert.Equal("0100", stream[..4]);
        var width = code.Version < 10 ? 8 : 16;
        var length = Convert.ToInt32(stream[4..(4 + width)], 2);
        return Encoding.UTF8.GetString([.. Enumerable.Range(0, length).Select(i => Convert.ToByte(stream.Substring(4 + width + (8 * i), 8), 2))]);
    }

    private static int Power(int exponent)
    {
        var value = 1;
        for (var i = 0; i < exponent; i++)
            value = Multiply(value, 2);
        return value;
    }

    // Multiplication in GF(256) by x^8 + x^4 + x^3 + x^2 + 1, from the definition.
    private static int Multiply(int left, int right)
    {
        var product = 0;
        for (var bit = 0; bit < 8; bit++)
        {
            if ((right >> bit & 1) != 0)
                product ^= left << bit;
        }

        for (var bit = 14; bit >= 8; bit--)
        {
            if ((product >> bit & 1) != 0)
                product ^= 0x11D << (bit - 8);
        }

        return product;
    }
}
