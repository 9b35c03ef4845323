using System.Security.Cryptography;
using System.Text;

namespace VsanEmu.Core.Spec;

/// <summary>
/// Names as short as a kernel or a file system wants them. One that fits stays as it is; of a longer one the beginning is kept, with a '_', which no host name has,
/// and digits made from the whole name: the same ones in every run, and others for every name.
/// </summary>
public static class ShortNames
{
    /// <summary>The longest name of a network interface: IFNAMSIZ without its final zero (netdevice(7)).</summary>
    public const int Interface = 15;

    /// <summary>The longest name of a file, for names that are ASCII (NAME_MAX, limits.h).</summary>
    public const int File = 255;

    private const int Digits = 8;

    /// <summary>A name that stands by itself, as of a file.</summary>
    /// <param name="name">The name.</param>
    /// <param name="most">The most characters, at least 10.</param>
    public static string Of(string name, int most) => name.Length <= most ? name : Shortened(name, most, salt: 0);

    /// <summary>Names that stand beside each other, as of the interfaces of a namespace: no two are shortened to the same.</summary>
    /// <param name="names">The names; what is there twice counts once.</param>
    /// <param name="most">The most characters of each, at least 10.</param>
    /// <returns>The short name of each.</returns>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<string> names, int most)
    {
        // Those that stay as they are come first, so that no other takes their place.
        string[] ordered = [.. names.Distinct().OrderBy(n => n.Length > most).ThenBy(n => n, StringComparer.Ordinal)];
        var made = new Dictionary<string, string>();
        var taken = new HashSet<string>();
        foreach (string name in ordered)
        {
            string brief = Of(name, most);
            for (int salt = 1; !taken.Add(brief); salt++) brief = Shortened(name, most, salt);
            made[name] = brief;
        }

        return made;
    }

    private static string Shortened(string name, int most, int salt)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(salt == 0 ? name : $"{name}/{salt}"));
        return $"{name[..(most - Digits - 1)]}_{Convert.ToHexStringLower(hash)[..Digits]}";
    }
}
