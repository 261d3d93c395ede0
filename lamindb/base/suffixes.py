"""File-name suffixes: which ones the product knows, and how they combine."""

from __future__ import annotations

from typing import ClassVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import PurePath

    from upath import UPath

__all__ = ["CanonicalSuffix"]

# frozen copy of the tables in Python's `mimetypes`, so that all Python versions agree
_MIMETYPES_FORMATS = """
.3g2 .3gp .3gpp .3gpp2 .a .aac .adts .ai .aif .aifc .aiff .ass .au .avi .avif .bat .bcpio .bin .bmp
.c .cdf .cpio .csh .css .csv .dll .doc .dot .dvi .eml .eps .etx .exe .gif .gtar .h .h5 .hdf .heic
.heif .htm .html .ico .ief .jpe .jpeg .jpg .js .json .ksh .latex .loas .m1v .m3u .m3u8 .man .me .mht
.mhtml .mid .midi .mif .mjs .mov .movie .mp2 .mp3 .mp4 .mpa .mpe .mpeg .mpg .ms .n3 .nc .nq .nt .nws
.o .obj .oda .opus .p12 .p7c .pbm .pct .pdf .pfx .pgm .pic .pict .pl .png .pnm .pot .ppa .ppm .pps
.ppt .ps .pwz .py .pyc .pyo .qt .ra .ram .ras .rdf .rgb .roff .rtf .rtx .sgm .sgml .sh .shar .snd
.so .src .srt .sv4cpio .sv4crc .svg .swf .t .tar .tcl .tex .texi .texinfo .tif .tiff .tr .trig .tsv
.txt .ustar .vcf .vtt .wasm .wav .webm .webmanifest .webp .wiz .wsdl .xbm .xlb .xls .xml .xpdl .xpm
.xsl .xul .xwd .zip
"""
_FURTHER_FORMATS = """
.7z .arrow .avro .bam .bcf .bed .bedgraph .bigwig .bw .ckpt .cram .czi .data .db .dcm .duckdb .embl
.fa .fasta .fastq .fcs .feather .gb .genbank .gff .gff3 .gguf .gtf .h5ad .h5mu .hdf5 .ipc .ipynb
.joblib .jsonl .keras .lif .loom .mar .markdown .md .mlmodel .model .mtx .nd2 .ndjson .newick .npy
.npz .nwk .obo .onnx .orc .parquet .pb .pbtxt .pickle .pkl .pt .pth .qs .rar .rds .safetensors .sam
.savedmodel .soma .sqlite .state_dict .svs .tflite .tiledb .tiledbsoma .xlsx .yaml .yml .zarr
"""


def _file_name(path: str | PurePath | UPath) -> str:
    """Last component of a path; directories never count."""
    if isinstance(path, str):
        return path.rstrip("/").rpartition("/")[2]
    return path.name


def _dot_parts(file_name: str) -> list[str]:
    """Lower-case suffixes of a file name; a leading dot hides a file and starts no suffix."""
    if file_name.endswith("."):
        return []
    return ["." + part for part in file_name.lower().lstrip(".").split(".")[1:]]


class CanonicalSuffix(str):
    """The suffix that decides about the format of a file, in lower case; `""` if unknown.

    The three class sets can be extended at runtime.

    Example
    -------
    >>> CanonicalSuffix.from_path("counts.v1.H5AD")
    '.h5ad'
    >>> CanonicalSuffix.simple_formats.add(".myformat")
    >>> CanonicalSuffix.from_path("a.myformat")
    '.myformat'
    >>> CanonicalSuffix.simple_formats.remove(".myformat")
    """

    __slots__ = ()

    simple_formats: ClassVar[set[str]] = {*_MIMETYPES_FORMATS.split(), *_FURTHER_FORMATS.split()}
    composite_formats: ClassVar[set[str]] = {
        ".anndata.zarr",
        ".vitessce.json",
        ".ome.zarr",
        ".ome.h5",
        ".ome.hdf5",
    }
    encoding_formats: ClassVar[set[str]] = {".gz", ".bz2", ".xz", ".zst"}

    @classmethod
    def from_path(cls, path: str | PurePath | UPath) -> CanonicalSuffix:
        """Return the canonical suffix of a path.

        Parameters
        ----------
        path : str or path
            A path or key; only its last component counts.

        Returns
        -------
        CanonicalSuffix

        Example
        -------
        >>> CanonicalSuffix.from_path("x.h5ad.tar.gz")
        '.h5ad.tar.gz'
        """
        return cls.extract_from_path(path)[0]

    @classmethod
    def extract_from_path(cls, path: str | PurePath | UPath) -> tuple[CanonicalSuffix, str]:
        """Return the canonical and the raw suffix of a path.

        Parameters
        ----------
        path : str or path
            A path or key; only its last component counts.

        Returns
        -------
        tuple
            The canonical suffix, and the raw one: the same if it is known, else the last dot part.

        Example
        -------
        >>> CanonicalSuffix.extract_from_path("a.xyz")
        ('', '.xyz')
        """
        name = _file_name(path)
        parts = _dot_parts(name)
        canonical = cls(cls._combine(name.lower(), parts) if parts else "")
        return canonical, str(canonical) or (parts[-1] if parts else "")

    @classmethod
    def _combine(cls, name: str, parts: list[str]) -> str:
        """Suffix made of the known ones among the dot parts."""
        last = parts[-1]
        if len(parts) == 1:
            return last if last in cls.simple_formats | cls.encoding_formats else ""
        # the longest one, in case one composite format ends like another
        composite = max(filter(name.endswith, cls.composite_formats), key=len, default="")
        if composite:
            return composite
        if last in cls.simple_formats:
            return last
        if last not in cls.encoding_formats:
            return ""
        if parts[-2] == ".tar":
            known = parts[-3] if len(parts) > 2 and parts[-3] in cls.simple_formats else ""
            return f"{known}.tar{last}"
        return parts[-2] + last if parts[-2] in cls.simple_formats else last
