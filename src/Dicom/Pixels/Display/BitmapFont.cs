// Letters for what is written onto images: the printable characters of ASCII, five columns of seven pixels each.

namespace FhirHub.Dicom.Pixels;

/// <summary>A font of pixels.</summary>
internal static class BitmapFont
{
    /// <summary>Columns of a letter.</summary>
    public const int Width = 5;

    /// <summary>Rows of a letter.</summary>
    public const int Height = 7;

    private const char First = ' ';
    private const char Last = '~';

    // Letters of Latin 1 without their accents, from U+00C0.
    private const string Unaccented = "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";

    // The columns from left to right, the top row in the least significant bit.
    private static readonly byte[] Columns = Convert.FromHexString(
        "000000000000005F00000007000700147F147F14242A7F2A1223130864623649552250000503000000" + "1C2241000041221C0014083E081408083E0808" +
        "0050300000080808080800606000002010080402" +
        "3E5149453E00427F40004261514946214145" + "4B311814127F1027454545393C4A494930017109050336494949360649" + "49291E" +
        "003636000000563600000814224100141414141400412214080201510906324979413E" +
        "7E1111117E7F494949363E414141227F4141221C7F494949417F090909013E4149497A7F0808087F00417F41002040413F017F081422417F40404040" +
        "7F020C027F7F0408107F3E4141413E7F090909063E4151215E7F091929464649494931" + "01017F01013F4040403F1F2040201F3F4038403F631408146307087008076151494543" +
        "007F414100020408102000" + "41417F00" + "04020102044040404040" + "0001020400" +
        "20545454787F484444383844444420384444487F3854545418087E0901020C5252523E7F0804047800447D40002040443D007F1028440000417F4000" +
        "7C041804787C080404783844444438" + "7C14141408081414187C7C080404084854545420" + "043F4440203C4040207C1C2040201C3C4030403C44281028440C5050503C4464544C44" +
        "000836410000007F0000004136080008040810" + "08");

    /// <summary>What can be written of a text: accents are left out; null if a character has no letter here.</summary>
    public static string? Writable(string text)
    {
        var letters = text.ToCharArray();
        for (var i = 0; i < letters.Length; i++)
        {
            if (letters[i] is >= '\u00C0' and <= '\u00FF')
                letters[i] = Unaccented[letters[i] - '\u00C0'];
            if (letters[i] is < First or > Last)
                return null;
        }

        return new(letters);
    }

    /// <summary>A text with question marks for what has no letter here, so that it is seen that something stood there.</summary>
    public static string Approximate(string text) => string.Concat(text.Select(letter => Writable(letter.ToString()) ?? "?"));

    /// <summary>Whether a pixel of a letter is set.</summary>
    public static bool IsSet(char letter, int x, int y) => ((Columns[((letter - First) * Width) + x] >> y) & 1) != 0;
}
